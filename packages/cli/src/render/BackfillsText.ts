import * as Signature from "@sluice/core/partition/Signature"
import * as PartitionCounts from "@sluice/core/run/PartitionCounts"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { RunSummary } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PlanText from "./PlanText.ts"
import * as RunsText from "./RunsText.ts"
import type { Style } from "./Style.ts"
import * as Summary from "./Summary.ts"

/** One backfill. */
export interface Shown {
  readonly events: ReadonlyArray<RunEvent>
  readonly result: RunResult.RunResult
  readonly since: Since
}

/** Lists backfills, one line each. */
export const list = (backfills: ReadonlyArray<RunSummary>, style: Style): ReadonlyArray<string> =>
  Layout.table(
    backfills.map((run) => [
      style.cyan(run.runId),
      RunsText.status(run.status, style),
      run.durationMillis === undefined ? "" : Summary.took(run.status, run.durationMillis, style),
      words(run.partitions ?? PartitionCounts.none),
      `${PlanText.selection(run.selection)}${run.retryOf === undefined ? "" : ` resumes ${run.retryOf}`}`
    ]),
    style.columns,
    ["backfill", "status", "took", "partitions", "selection"].map(style.dim)
  )

/** The list as JSON: `{ backfills: [{ runId, startedAt, status, …, partitions: { total, made, failed, skipped } }] }`. */
export const listJson = (backfills: ReadonlyArray<RunSummary>): string =>
  JSON.stringify(
    { backfills: backfills.map((run) => ({ ...RunsText.headOf(run), partitions: run.partitions ?? PartitionCounts.none })) },
    null,
    2
  )

/** What has become of a backfill since it ended. */
export interface Since {
  /** The last run that resumed it. */
  readonly resumed: RunSummary | undefined
  /** Whether `resume` would make something. */
  readonly isLeft: boolean
}

/** Shows one backfill: what it has made of each asset, what failed, what became of it, and what to do next. */
export const story = ({ events, result, since }: Shown, style: Style): ReadonlyArray<string> => {
  const cut = RunResult.stepsOf(result).flatMap(({ asset, partitions }) =>
    partitions === undefined ? [] : [[`  ${style.cyan(asset)}`, words(partitions)]]
  )
  return [
    `${style.bold(`Backfill ${result.runId}`)} ${RunsText.status(result.status, style)}`,
    ...Layout.wrap(
      `${PlanText.selection(result.selection)}, started ${Human.time(result.startedAt)} UTC${result.retryOf === undefined ? "" : `, resumes ${result.retryOf}`}`,
      style.columns
    ).map(style.dim),
    ...Layout.table(cut, style.columns),
    ...failuresIn(events).flatMap(({ asset, error, partitions, set }) =>
      Layout.hang(
        `  ${style.red(style.marks.failed)} `,
        `${asset} ${Signature.text(set, partitions)}: ${style.worded(error.message)}`,
        style.columns
      )
    ),
    ...Summary.conclusion({ ...result, retryOf: undefined }, style),
    ...sinceText(result, since).map(style.dim),
    ...next(since.resumed ?? result, style, since.isLeft)
  ]
}

const sinceText = ({ status }: RunResult.RunResult, { isLeft, resumed }: Since): ReadonlyArray<string> => {
  const ended = status !== "running" && status !== "succeeded"
  return [
    ...(resumed === undefined ? [] : [`Backfill ${resumed.runId} resumed it, and ${ending[resumed.status]}.`]),
    ...(ended && !isLeft && resumed?.status !== "running" ? ["All of it has been made since."] : [])
  ]
}

/** The status of a run in a sentence. */
export const ending = {
  running: "is running",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "was canceled",
  crashed: "crashed"
} as const

/**
 * The backfill as JSON: the fields of a list, `assets: [{ asset, total, made, failed, skipped }]`, the last run that resumed it, and
 * whether `resume` would make something.
 */
export const json = ({ events, result, since: { isLeft, resumed } }: Shown): string =>
  JSON.stringify(
    {
      ...RunsText.headOf({ ...result, backfill: true }),
      resumedBy: resumed?.runId ?? null,
      isLeft: result.status !== "succeeded" && isLeft,
      partitions: PartitionCounts.sum(RunResult.stepsOf(result).map(({ partitions }) => partitions)),
      assets: RunResult.stepsOf(result).flatMap(({ asset, partitions }) =>
        partitions === undefined ? [] : [{ asset, ...partitions }]
      ),
      failures: failuresIn(events).map(({ asset, at, error, partitions }) => ({ asset, at, partitions, error }))
    },
    null,
    2
  )

/** What a canceled backfill has made. */
export const canceled = (run: RunSummary, style: Style): ReadonlyArray<string> => [
  `${style.green(style.marks.ok)} Backfill ${run.runId} ${run.status === "canceled" ? "is canceled" : `has ${run.status}`}: ${words(run.partitions ?? PartitionCounts.none)}. What was made stays.`,
  ...next(run, style)
]

/** `12 of 31 made, 1 failed, 2 skipped`. */
export const words = ({ failed, made, skipped, total }: PartitionCounts.PartitionCounts): string =>
  [
    `${Human.count(made)} of ${Human.count(total)} made`,
    ...(failed === 0 ? [] : [`${Human.count(failed)} failed`]),
    ...(skipped === 0 ? [] : [`${Human.count(skipped)} skipped`])
  ].join(", ")

const mostFailures = 5

const failuresIn = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) => (event._tag === "PartitionsFailed" ? [event] : [])).slice(-mostFailures)

const next = (
  { runId, status }: Pick<RunResult.RunResult, "runId" | "status">,
  style: Style,
  isLeft = true
): ReadonlyArray<string> =>
  status === "running"
    ? Summary.next([`backfills cancel ${runId}`], style)
    : status === "succeeded" || !isLeft
      ? []
      : Summary.next([`backfills resume ${runId}`], style)
