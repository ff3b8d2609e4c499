import { assert, describe, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { planOf } from "../support.ts"

describe("an interrupted run", () => {
  // A race and a timeout do not wait for what they were made of: stores were closed while steps still rolled back.
  for (const [what, bounds] of [
    ["", {}],
    [" with a timeout", { timeout: "1 hour" }],
    [" with a deadline", { deadline: "1 hour" }]
  ] as const) {
    it.effect(`has rolled back its steps${what} before whoever interrupted it goes on, or closes what they use`, () =>
      Effect.gen(function* () {
        const said: Array<string> = []
        const say = (word: string) => Effect.sync(() => said.push(word))
        const begun = yield* Deferred.make<void>()
        const slow = Asset.make("slow", {
          ...bounds,
          materialize: () =>
            Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never).pipe(
              Effect.onInterrupt(() => Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 50), say("rolled back")))
            )
        })
        const graph = Either.getOrThrow(AssetGraph.fromAssets([slow]))
        const fiber = yield* Effect.fork(
          Effect.ensuring(Executor.run(planOf(graph), { concurrency: 1, timeout: "2 hours" }), say("closed the store"))
        )
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(said, ["rolled back", "closed the store"])
      }).pipe(Effect.provide(RunStore.layerMemory))
    )
  }
})
