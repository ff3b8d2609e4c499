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

/** Runs as they were given, a line each. */
export const list = (runs: ReadonlyArray<RunSummary>, style: Style): ReadonlyArray<string> =>
  Layout.align([
    ["run", "started (UTC)", "status", "took", "selection"].map(style.dim),
    ...runs.map((run) => [
      style.cyan(run.runId),
      Human.time(run.startedAt),
      status(run.status, style),
      run.durationMillis === undefined ? "" : Human.duration(run.durationMillis),
      Layout.truncate(what(run), Math.max(20, style.columns - 70), style.marks.ellipsis)
    ])
  ])

/** A run's story: what was asked for, every event with the time since the start, and the totals. */
export const story = (events: ReadonlyArray<RunEvent>, style: Style): ReadonlyArray<string> => {
  const result = RunResult.fromEvents(events)
  const steps = stepsOf(events)
  const started = Date.parse(result.startedAt)
  const nameWidth = Math.max(0, ...steps.map(({ asset }) => asset.length))
  return [
    `${style.bold(`Run ${result.runId}`)} ${status(result.status, style)}`,
    style.dim(`${what({ ...result, retryOf: undefined })}, started ${Human.time(result.startedAt)} UTC`),
    "",
    ...events.flatMap((event) => {
      const text = EventText.line(event, nameWidth, style)
      if (text === undefined) return []
      const since = `+${((Date.parse(event.at) - started) / 1000).toFixed(2)} s`
      const step =
        event._tag === "StepStarted" && event.attempt === 1 ? steps.find((s) => s.asset === event.asset) : undefined
      const reason =
        step === undefined ? "" : `${spaces(nameWidth - assetOf(event).length)}  ${PlanText.why(step, { steps })}`
      return [`${style.dim(Layout.padStart(since, 10))}  ${text}${style.dim(reason)}`]
    }),
    "",
    ...Summary.conclusion(result, style)
  ]
}

/** A run's events as lines of a log: the time in UTC, the asset and what happened to it. */
export const log = (events: ReadonlyArray<RunEvent>, style: Style): ReadonlyArray<string> => {
  const nameWidth = Math.max(0, ...stepsOf(events).map(({ asset }) => asset.length))
  return events.flatMap((event) => {
    const text = runLine(event, style) ?? EventText.line(event, nameWidth, style)
    return text === undefined ? [] : [`${style.dim(event.at)}  ${text}`]
  })
}

/** What was forgotten, in a sentence. */
export const pruned = ({ events, runs }: Pruned, { green, marks }: Style): string =>
  runs === 0
    ? `${green(marks.ok)} No run is old enough to be forgotten.`
    : `${green(marks.ok)} Forgot ${Human.plural(runs, "run")} with ${Human.plural(events, "event")}; the last materialization of each asset is kept.`

const runLine = (event: RunEvent, style: Style): string | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return `${style.dim(style.marks.running)} run ${event.runId} started by process ${event.owner.pid} on ${event.owner.host}: ${what(event)}`
    case "RunConcluded": {
      const reason = event.reason === undefined ? "" : `: ${event.reason}`
      return `${style.dim(style.marks.running)} run ${event.runId} ${status(event.status, style)} after ${Human.duration(event.durationMillis)}${reason}`
    }
    default:
      return undefined
  }
}

/** What a run was asked for, its labels, and the run that it carries on. */
const what = (run: {
  readonly selection: string
  readonly tags: Readonly<Record<string, string>>
  readonly retryOf?: string | undefined
}): string => {
  const tags = Object.entries(run.tags).map(([key, value]) => `${key}=${value}`)
  return [
    PlanText.selection(run.selection),
    ...(tags.length === 0 ? [] : [`[${tags.join(", ")}]`]),
    ...(run.retryOf === undefined ? [] : [`retry of ${run.retryOf}`])
  ].join(" ")
}

const stepsOf = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))

const assetOf = (event: RunEvent): string => ("asset" in event ? event.asset : "")
const spaces = (count: number) => " ".repeat(Math.max(0, count))

const status = (text: RunSummary["status"], style: Style): string =>
  text === "succeeded" ? style.green(text) : text === "failed" || text === "crashed" ? style.red(text) : style.yellow(text)
