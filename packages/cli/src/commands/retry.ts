import type { Values } from "@sluice/core/command/CommandTable"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as PlanText from "../render/PlanText.ts"
import type { retry } from "../tables/retry.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
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
  // Provision nothing if there is nothing to retry.
  const undone = yield* Effect.zipRight(RunCommand.closeOrphans, Planner.unfinishedSteps(run)).pipe(
    Effect.provide(Layer.mergeAll(Stores.layer(settings), settings.configured.resources, ThisProcess.layer))
  )
  const { created, showing } = yield* Run.begin(graph, { showErrors })
  const retried = Effect.gen(function* () {
    yield* Run.prepare(created)
    const { first } = undone
    const plan = yield* Planner.retry(graph, undone)
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
