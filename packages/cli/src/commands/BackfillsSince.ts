import * as Planner from "@sluice/core/run/Planner"
import type { RunSummary } from "@sluice/core/run/RunRecord"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { Pipeline } from "../Pipeline.ts"
import type { Since } from "../render/BackfillsText.ts"

/** What has become of a backfill since it ended: the last run that resumed it, and whether anything of it is left to make. */
export const of = Effect.fn("assets.backfills.since")(function* (runId: string) {
  const store = yield* RunStore
  const resumed = lastResumed(yield* store.runs(1_000, { backfill: true }), runId)
  const planned = Effect.flatMap(Planner.unfinishedSteps(resumed?.runId ?? runId), (unfinished) =>
    Effect.flatMap(Pipeline.graph, (graph) => Planner.retry(graph, unfinished))
  )
  const isLeft = yield* Effect.match(planned, {
    onSuccess: ({ steps }) => steps.length > 0,
    // If it cannot be planned, `resume` says why.
    onFailure: (error) => !isFinished(error)
  })
  const since: Since = { resumed, isLeft }
  return since
})

/** Whether nothing of a run is left to retry. */
export const isFinished = (error: unknown): error is Planner.NothingToRetry =>
  error instanceof Planner.NothingToRetry && error.why === "every step of it succeeded"

/** Follows the runs that resumed a backfill to the last one. `runs` are newest first. */
const lastResumed = (runs: ReadonlyArray<RunSummary>, runId: string): RunSummary | undefined => {
  const next = runs.find(({ retryOf }) => retryOf === runId)
  return next === undefined ? undefined : (lastResumed(runs, next.runId) ?? next)
}
