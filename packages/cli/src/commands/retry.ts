import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import { pipeline } from "@sluice/assets/pipeline"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CarryOut from "../CarryOut.ts"
import { Output } from "../Output.ts"
import { retryHelp } from "../Pages.ts"
import * as PlanText from "../render/PlanText.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
import { nextCommands } from "./materialize.ts"
import * as Run from "./RunArguments.ts"

export const retry = Command.make(
  "retry",
  {
    run: Args.optional(Args.text({ name: "run" })).pipe(Args.withDescription("the run's name; the last run without it")),
    ...Run.options
  },
  Effect.fn("assets.retry")(function* ({ allowFewerRows, allowSampleData, concurrency, failFast, json, run, timeout }) {
    const graph = yield* pipeline
    const settings = yield* Settings.load
    yield* Stores.demand(settings, "history")
    // Where there is nothing to retry, nothing is provisioned either.
    const undone = yield* Effect.zipRight(CarryOut.closeOrphans, Planner.undone(Option.getOrUndefined(run))).pipe(
      Effect.provide(Layer.merge(Stores.writableHistory(settings), ThisProcess.layer))
    )
    const { created } = yield* Run.begin(graph)
    const retried = Effect.gen(function* () {
      yield* Run.prepare(created)
      const { first } = undone
      const plan = yield* Planner.retry(graph, undone)
      yield* Output.err([`Carrying on run ${first.runId} (${PlanText.selection(first.selection)}).`])
      yield* CarryOut.carryOut({
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
    yield* Effect.provide(retried, RunLayer.layer(settings, { allowFewerRows }))
  })
).pipe(Command.withDescription(retryHelp.summary))
