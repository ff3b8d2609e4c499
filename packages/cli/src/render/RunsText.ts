import * as Signature from "@sluice/core/partition/Signature"
import * as Stored from "@sluice/core/partition/Stored"
import type { Step } from "@sluice/core/plan/Plan"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { RunSummary } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import type { Pruned } from "@sluice/core/run/RunStore"
import * as EventText from "./EventText.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PlanText from "./PlanText.ts"
import type { Style } from "./Style.ts"
import * as Summary from "./Summary.ts"

/** Lists runs, one line each. If a line does not fit, the start is dropped, because the run's name begins with it. */
export const list = (runs: ReadonlyArray<RunSummary>, style: Style): ReadonlyArray<string> => {
  const header = ["run", "started (UTC)", "status", "took", "selection"].map(style.dim)
  const rows = runs.map((run) => [
    style.cyan(run.runId),
    Human.time(run.startedAt),
    status(run.status, style),
    run.durationMillis === undefined ? "" : Summary.took(run.status, run.durationMillis, style),
    what(run)
  ])
  const whole = Layout.align([header, ...rows])
  const withoutStart = (row: ReadonlyArray<string>) => row.filter((_, i) => i !== 1)
  return whole.every((line) => Layout.width(line) <= style.columns)
    ? whole
    : Layout.table(rows.map(withoutStart), style.columns, withoutStart(header))
}

/** The list as JSON: `{ runs: [{ runId, startedAt, status, durationMillis, reason, selection, tags, retryOf, backfill, … }] }`. */
export const listJson = (runs: ReadonlyArray<RunSummary>): string =>
  JSON.stringify({ runs: runs.map(({ heartbeatAt, owner, ...run }) => ({ ...headOf(run), owner, heartbeatAt })) }, null, 2)

/** A run as JSON: the same names, and `steps: [{ asset, action, reason, state, checks }]` in the order of its plan. */
export const json = (events: ReadonlyArray<RunEvent>): string => {
  const result = RunResult.fromEvents(events)
  const backfill = events.some((event) => event._tag === "RunStarted" && event.backfill === true)
  const steps = RunResult.stepsOf(result).map(({ checks, ...step }) => ({ ...step, checks: checks.map(checkOf) }))
  return JSON.stringify({ ...headOf({ ...result, backfill }), steps }, null, 2)
}

/** The fields of a run in JSON. Unknown values are null. */
export const headOf = (run: Omit<RunSummary, "owner" | "heartbeatAt" | "partitions">) => ({
  runId: run.runId,
  startedAt: run.startedAt,
  status: run.status,
  durationMillis: run.durationMillis ?? null,
  reason: run.reason ?? null,
  selection: run.selection,
  tags: run.tags,
  retryOf: run.retryOf ?? null,
  backfill: run.backfill,
  origin: run.origin ?? null
})

const checkOf = ({ blocking, check, metadata, passed, severity }: RunResult.CheckResult) => ({
  check,
  severity,
  blocking,
  passed,
  metadata
})

/** Shows one run: its selection, every event with the time since the start, and the totals. */
export const story = (events: ReadonlyArray<RunEvent>, style: Style): ReadonlyArray<string> => {
  const result = RunResult.fromEvents(events)
  const steps = stepsOf(events)
  const sets = setsIn(events)
  const started = Date.parse(result.startedAt)
  const nameWidth = Math.max(0, ...steps.map(({ asset }) => asset.length))
  const tell = EventText.teller(nameWidth, style)
  return [
    `${style.bold(`Run ${result.runId}`)} ${status(result.status, style)}`,
    ...Layout.wrap(
      `${what({ ...result, retryOf: undefined })}, started ${Human.time(result.startedAt)} UTC${from(result)}`,
      style.columns
    ).map(style.dim),
    "",
    ...Layout.table(
      events.flatMap((event) => {
        const told = tell(event)
        if (told === undefined) return []
        const since = Layout.padStart(`+${((Date.parse(event.at) - started) / 1000).toFixed(2)} s`, 10)
        const step =
          event._tag === "StepStarted" && event.attempt === 1 ? steps.find((s) => s.asset === event.asset) : undefined
        const why =
          step === undefined
            ? []
            : [style.dim([PlanText.why(step, { steps }), ...partitionsOf(step, sets.get(step.asset))].join(", "))]
        const text = [...why, ...(told.text === "" ? [] : [told.text])].join(style.dim("; "))
        return [[`${style.dim(since)}  ${told.head}`, text]]
      }),
      style.columns
    ),
    "",
    ...Summary.conclusion(result, style)
  ]
}

/** The partitions that a step was to make. Without their set, weeks and months are written as their first days. */
const partitionsOf = ({ partitionCount, partitions }: Step, set: Signature.Signature | undefined): ReadonlyArray<string> => {
  if (partitions === undefined || partitionCount === undefined) return []
  const keys = set === undefined ? Stored.text(partitions) : Signature.text(set, partitions)
  return [`${Human.plural(partitionCount, "partition")}: ${keys}`]
}

/** The sets of the assets that are cut, as events of their partitions recorded them. */
const setsIn = (events: ReadonlyArray<RunEvent>): ReadonlyMap<string, Signature.Signature> =>
  new Map(events.flatMap((event) => ("set" in event ? [[event.asset, event.set] as const] : [])))

/** The events of a run as log lines: the time in UTC, the asset, and what happened. */
export const log = (events: ReadonlyArray<RunEvent>, style: Style): ReadonlyArray<string> => {
  const nameWidth = Math.max(0, ...stepsOf(events).map(({ asset }) => asset.length))
  const line = EventText.liner(nameWidth, style)
  return events.flatMap((event) => {
    const told = line(event)
    const text = runLine(event, style) ?? told
    return text === undefined ? [] : [`${style.dim(event.at)}  ${text}`]
  })
}

/** The number of deleted runs, in a sentence. */
export const pruned = ({ events, runs }: Pruned, { green, marks }: Style): string =>
  runs === 0
    ? `${green(marks.ok)} No run is old enough to delete.`
    : `${green(marks.ok)} Deleted ${Human.plural(runs, "run")} with ${Human.plural(events, "event")}; the last materialization of each asset is kept.`

const runLine = (event: RunEvent, style: Style): string | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return `${style.dim(style.marks.running)} run ${event.runId} started by process ${event.owner.pid} on ${event.owner.host}: ${what(event)}${from(event)}`
    case "RunConcluded": {
      const reason = event.reason === undefined ? "" : `: ${style.worded(event.reason)}`
      return `${style.dim(style.marks.running)} run ${event.runId} ${status(event.status, style)} after ${Summary.took(event.status, event.durationMillis, style)}${reason}`
    }
    default:
      return undefined
  }
}

/** The selection of a run, its labels, and the run that it retries. */
const what = (run: {
  readonly selection: string
  readonly tags: Readonly<Record<string, string>>
  readonly retryOf?: string | undefined
  readonly backfill?: boolean
}): string => {
  const tags = Object.entries(run.tags).map(([key, value]) => `${key}=${value}`)
  return [
    ...(run.backfill === true ? ["backfill of"] : []),
    PlanText.selection(run.selection),
    ...(tags.length === 0 ? [] : [`[${tags.join(", ")}]`]),
    ...(run.retryOf === undefined ? [] : [`retry of ${run.retryOf}`])
  ].join(" ")
}

/** Where a run read its sources. */
const from = ({ origin }: { readonly origin?: string | undefined }): string =>
  origin === undefined ? "" : `, reading from ${origin}`

const stepsOf = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))

/** The status of a run, coloured. */
export const status = (text: RunSummary["status"], style: Style): string =>
  text === "succeeded" ? style.green(text) : text === "failed" || text === "crashed" ? style.red(text) : style.yellow(text)
