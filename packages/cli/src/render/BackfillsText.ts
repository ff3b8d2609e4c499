import * as Signature from "@sluice/core/partition/Signature"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { RunSummary } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PlanText from "./PlanText.ts"
import * as RunsText from "./RunsText.ts"
import type { Style } from "./Style.ts"
import * as Summary from "./Summary.ts"

/** A backfill, and what it has made so far. */
export interface Listed {
  readonly run: RunSummary
  readonly result: RunResult.RunResult
}

/** Lists backfills, one line each. */
export const list = (backfills: ReadonlyArray<Listed>, style: Style): ReadonlyArray<string> =>
  Layout.table(
    backfills.map(({ result, run }) => [
      style.cyan(run.runId),
      RunsText.status(run.status, style),
      run.durationMillis === undefined ? "" : Summary.took(run.status, run.durationMillis, style),
      words(totalOf(result)),
      `${PlanText.selection(run.selection)}${run.retryOf === undefined ? "" : ` resumes ${run.retryOf}`}`
    ]),
    style.columns,
    ["backfill", "status", "took", "partitions", "selection"].map(style.dim)
  )

/** The list as JSON: `{ backfills: [{ runId, startedAt, status, …, partitions: { total, made, failed, skipped } }] }`. */
export const listJson = (backfills: ReadonlyArray<Listed>): string =>
  JSON.stringify(
    { backfills: backfills.map(({ result, run }) => ({ ...RunsText.headOf(run), partitions: totalOf(result) })) },
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
export const story = (events: ReadonlyArray<RunEvent>, since: Since, style: Style): ReadonlyArray<string> => {
  const result = RunResult.fromEvents(events)
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
    ...Summary.conclusion(result, style),
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
export const json = (events: ReadonlyArray<RunEvent>, { isLeft, resumed }: Since): string => {
  const result = RunResult.fromEvents(events)
  return JSON.stringify(
    {
      ...RunsText.headOf({ ...result, backfill: true }),
      resumedBy: resumed?.runId ?? null,
      isLeft: result.status !== "succeeded" && isLeft,
      partitions: totalOf(result),
      assets: RunResult.stepsOf(result).flatMap(({ asset, partitions }) =>
        partitions === undefined ? [] : [{ asset, ...partitions }]
      ),
      failures: failuresIn(events).map(({ asset, at, error, partitions }) => ({ asset, at, partitions, error }))
    },
    null,
    2
  )
}

/** What a canceled backfill has made. */
export const canceled = (result: RunResult.RunResult, style: Style): ReadonlyArray<string> => [
  `${style.green(style.marks.ok)} Backfill ${result.runId} ${result.status === "canceled" ? "is canceled" : `has ${result.status}`}: ${words(totalOf(result))}. What was made stays.`,
  ...next(result, style)
]

/** `12 of 31 made, 1 failed, 2 skipped`. */
export const words = ({ failed, made, skipped, total }: RunResult.PartitionCounts): string =>
  [
    `${Human.count(made)} of ${Human.count(total)} made`,
    ...(failed === 0 ? [] : [`${Human.count(failed)} failed`]),
    ...(skipped === 0 ? [] : [`${Human.count(skipped)} skipped`])
  ].join(", ")

/** The partitions of all steps of a run. */
export const totalOf = (result: RunResult.RunResult): RunResult.PartitionCounts =>
  RunResult.stepsOf(result).reduce(
    (sum, { partitions }) =>
      partitions === undefined
        ? sum
        : {
            total: sum.total + partitions.total,
            made: sum.made + partitions.made,
            failed: sum.failed + partitions.failed,
            skipped: sum.skipped + partitions.skipped
          },
    { total: 0, made: 0, failed: 0, skipped: 0 }
  )

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
