import type { Values } from "@sluice/core/command/CommandTable"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as PlanText from "../render/PlanText.ts"
import type { retry } from "../tables/retry.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { nextCommands } from "./materialize.ts"
import * as Run from "./RunArguments.ts"

export const run = Effect.fn("assets.retry")(function* ({
  allowFewerRows,
  allowSampleData,
  concurrency,
  failFast,
  json,
  run,
  showErrors,
  timeout
}: Values<typeof retry>) {
  const graph = yield* Pipeline.graph
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "history")
  // Provision nothing if there is nothing to retry. The process of a running one may have died.
  yield* Planner.unfinishedSteps(run).pipe(
    Effect.catchIf(
      (error) => error._tag === "NothingToRetry" && error.why === "it is still running",
      () => Effect.void
    ),
    Effect.provide(Stores.history(settings))
  )
  const { created, showing } = yield* Run.begin(graph, { showErrors })
  const retried = Effect.gen(function* () {
    yield* Run.prepare(created)
    const unfinished = yield* Planner.unfinishedSteps(run)
    const { first } = unfinished
    const plan = yield* Planner.retry(graph, unfinished)
    if (plan.steps.length === 0) {
      return yield* Output.err([`Nothing is left of run ${first.runId}: every partition in it is made.`])
    }
    yield* Output.err([`Retrying run ${first.runId} (${PlanText.selection(first.selection)}).`])
    yield* RunCommand.execute({
      plan,
      settings,
      json,
      first,
      allowSampleData,
      options: {
        concurrency,
        failFast,
        tags: first.tags,
        retryOf: first.runId,
        ...(timeout === undefined ? {} : { timeout })
      },
      next: (result) => nextCommands(graph, result, settings)
    })
  })
  yield* showing(Effect.provide(retried, RunLayer.layer(settings, { allowFewerRows })))
})
