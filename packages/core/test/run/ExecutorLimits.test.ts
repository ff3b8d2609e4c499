import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { endless, runAll, states } from "../support.ts"

describe("a run that fails fast", () => {
  it.effect("skips what has not started and cancels what runs, at the first failure", () =>
    Effect.gen(function* () {
      const later = Asset.make("later", { upstreams: { endless }, materialize: () => Effect.void })
      const bad = Asset.make("bad", {
        materialize: () => Effect.zipRight(Effect.yieldNow(), new Fixtures.FixtureFailed({ retryable: false }))
      })
      const result = yield* runAll([endless, later, bad], { failFast: true })
      expect(states(result)).toStrictEqual(["endless Canceled", "bad Failed", "later Skipped"])
      expect(result.status).toBe("failed")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("a run with a timeout", () => {
  it.effect("cancels what has not ended and says why it failed", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(runAll([endless], { timeout: "90 seconds" }))
      yield* TestClock.adjust("2 minutes")
      const result = yield* Fiber.join(fiber)
      expect(states(result)).toStrictEqual(["endless Canceled"])
      expect([result.status, result.reason]).toStrictEqual([
        "failed",
        "The run took longer than its timeout of 1m 30s. Its unfinished steps were canceled."
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("a deadline", () => {
  const failure = (result: RunResult.RunResult) =>
    RunResult.stepsIn(result, "Failed").map(({ state }) => [state.error.tag, state.error.message, state.attempt])
  const flaky = new Fixtures.FixtureFailed({ retryable: true })
  const retry = { attempts: 100, base: "1 second", cap: "1 second", retryAfterCap: "1 hour" } as const

  it.effect("cuts an attempt short, which rolls back, and is not tried again", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const stuck = Asset.make("stuck", {
        deadline: "10 seconds",
        timeout: "1 minute",
        retry,
        materialize: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push("rolled back")))
      })
      const fiber = yield* Effect.fork(runAll([stuck]))
      yield* TestClock.adjust("10 seconds")
      expect([failure(yield* Fiber.join(fiber)), log]).toStrictEqual([
        [
          [
            "StepDeadlineExceeded",
            '"stuck" did not succeed within its deadline of 10s, in 1 attempt. Raise the asset\'s `deadline` if it needs more.',
            1
          ]
        ],
        ["rolled back"]
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: `timeout` bounds one attempt, so that with its retries a step could take any multiple of it.
  it.effect("bounds all attempts and the waits between them together, and tells the last failure", () =>
    Effect.gen(function* () {
      let attempts = 0
      const failing = Asset.make("failing", {
        deadline: "5 seconds",
        timeout: "1 second",
        retry,
        materialize: () => {
          attempts++
          return Effect.zipRight(Effect.sleep("900 millis"), flaky)
        }
      })
      const fiber = yield* Effect.fork(runAll([failing]))
      yield* TestClock.adjust("5 seconds")
      expect(failure(yield* Fiber.join(fiber))).toStrictEqual([
        [
          "StepDeadlineExceeded",
          `"failing" did not succeed within its deadline of 5s, in ${attempts} attempts. Raise the asset's \`deadline\` if it needs more. The last failure: the fixture was told to fail`,
          attempts
        ]
      ])
      expect(attempts).toBeGreaterThanOrEqual(2)
      expect(attempts).toBeLessThanOrEqual(4)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("ends a step at once whose next attempt would come too late", () =>
    Effect.gen(function* () {
      const asked = Asset.make("asked", {
        deadline: "10 seconds",
        retry,
        materialize: () =>
          Effect.fail({ _tag: "Busy", message: "it is busy", retryable: true, retryAfterMillis: 60_000 } as const)
      })
      const result = yield* runAll([asked])
      expect(failure(result).map(([tag, , attempt]) => [tag, attempt])).toStrictEqual([["StepDeadlineExceeded", 1]])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("counts from the start of the first attempt: waiting for a place in the run is not the step's", () =>
    Effect.gen(function* () {
      const long = Asset.make("long", { materialize: () => Effect.sleep("1 minute") })
      const short = Asset.make("short", { deadline: "5 seconds", materialize: () => Effect.sleep("4 seconds") })
      const fiber = yield* Effect.fork(runAll([long, short], { concurrency: 1 }))
      yield* TestClock.adjust("2 minutes")
      expect(states(yield* Fiber.join(fiber))).toStrictEqual(["long Succeeded", "short Succeeded"])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that passes while a step waits for a place lets its next attempt do no work", () =>
    Effect.gen(function* () {
      let attempts = 0
      const waits = Asset.make("waits", {
        deadline: "5 seconds",
        retry,
        materialize: () => {
          attempts++
          return flaky
        }
      })
      const long = Asset.make("long", { materialize: () => Effect.sleep("1 minute") })
      const fiber = yield* Effect.fork(runAll([waits, long], { concurrency: 1 }))
      yield* TestClock.adjust("2 minutes")
      const result = yield* Fiber.join(fiber)
      expect([attempts, failure(result).map(([tag]) => tag), states(result)]).toStrictEqual([
        1,
        ["StepDeadlineExceeded"],
        ["waits Failed", "long Succeeded"]
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("a pool", () => {
  it.effect("bounds its own steps and no others", () =>
    Effect.gen(function* () {
      const most = { api: 0, none: 0 }
      const running = { api: 0, none: 0 }
      const busy = (name: string, pool: "api" | "none") =>
        Asset.make(name, {
          ...(pool === "api" ? { pool } : {}),
          materialize: () =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                most[pool] = Math.max(most[pool], ++running[pool])
              }),
              () => Effect.sleep("1 second"),
              () => Effect.sync(() => running[pool]--)
            )
        })
      const assets = ["a", "b", "c", "d"].flatMap((name) => [busy(`${name}1`, "api"), busy(`${name}2`, "none")])
      const fiber = yield* Effect.fork(runAll(assets, { concurrency: 8, pools: { api: 2 } }))
      yield* TestClock.adjust("1 minute")
      expect((yield* Fiber.join(fiber)).status).toBe("succeeded")
      expect(most).toStrictEqual({ api: 2, none: 4 })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
