import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
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
        expect(said).toStrictEqual(["rolled back", "closed the store"])
      }).pipe(Effect.provide(RunStore.layerMemory))
    )
  }
})

/** A store that takes the first append and hangs in the others. */
const hanging = Effect.map(RunStore, (store) => {
  let appends = 0
  return RunStore.of({
    ...store,
    append: (events, from) => (++appends === 1 ? store.append(events, from) : Effect.never),
    heartbeat: () => Effect.never
  })
})

/** Starts a run of one step on a store that hangs. */
const started = (work: Effect.Effect<void>, options: Partial<Executor.Options> = {}) =>
  Effect.gen(function* () {
    const graph = Either.getOrThrow(AssetGraph.fromAssets([Asset.make("a", { materialize: () => work })]))
    const run = Executor.run(planOf(graph), { concurrency: 1, ...options })
    const fiber = yield* Effect.fork(Effect.provideServiceEffect(run, RunStore, hanging))
    yield* TestClock.adjust("1 minute")
    return fiber
  })

// Regression: the close of the event log waited without bound for the append that recorded the run's end.
describe("a run whose store hangs", () => {
  it.effect("ends three seconds after it was interrupted", () =>
    Effect.gen(function* () {
      const fiber = yield* started(Effect.never)
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("2 seconds")
      const early = yield* Fiber.poll(interrupting)
      yield* TestClock.adjust("1 second")
      expect([Option.isNone(early), Exit.isInterrupted(yield* Fiber.join(interrupting))]).toStrictEqual([true, true])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("ends three seconds after its timeout, with both that went wrong", () =>
    Effect.gen(function* () {
      const fiber = yield* started(Effect.never, { timeout: "30 seconds" })
      const error = yield* Effect.flip(Fiber.join(fiber))
      expect(error.message).toBe(
        "The run history could not be written: the store did not record the end of the run within 3s. The next run closes this one as crashed, and removes what it left half done. The run took longer than its timeout of 30s. Its unfinished steps were canceled."
      )
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("waits for it as long as it takes when it has succeeded, until it is interrupted", () =>
    Effect.gen(function* () {
      const fiber = yield* started(Effect.void)
      yield* TestClock.adjust("10 hours")
      const patient = Option.isNone(yield* Fiber.poll(fiber))
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(interrupting)
      expect(patient).toBe(true)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
