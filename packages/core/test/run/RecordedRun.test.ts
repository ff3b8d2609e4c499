import { describe, expect, it } from "@effect/vitest"
import * as Owner from "@sluice/core/run/Owner"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { RunStore } from "@sluice/core/run/RunStore"
import { RunTimedOut } from "@sluice/core/run/StepFailure"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"

/** Records some work, and what the history has then: its one run, and of what assets it knows anything. */
const history = Effect.gen(function* () {
  const store = yield* RunStore
  const runs = yield* store.runs(10)
  return {
    runs: runs.map(({ durationMillis, reason, selection, status }) => ({ selection, status, durationMillis, reason })),
    assets: [(yield* store.materializations).size, (yield* store.lastSteps).size],
    rivals: (yield* Owner.concurrentRuns(["a"])).length
  }
})
const quiet = { assets: [0, 0], rivals: 0 }

describe("recorded work", () => {
  it.effect("is a run without steps, with what it was and what became of it", () =>
    Effect.gen(function* () {
      const work = Effect.as(TestClock.adjust("2 seconds"), 7)
      const { value } = yield* RecordedRun.record("tidy", work, (count) => `tidied ${count}`)
      expect([value, yield* history]).toStrictEqual([
        7,
        { ...quiet, runs: [{ selection: "tidy", status: "succeeded", durationMillis: 2_000, reason: "tidied 7" }] }
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that fails is recorded as failed, with its error's words, and fails as it did", () =>
    Effect.gen(function* () {
      const error = new RunTimedOut({ limitMillis: 1 })
      const failed = yield* Effect.flip(RecordedRun.record("tidy", Effect.fail(error), () => ""))
      expect(failed.message).toBe(error.message)
      expect(yield* history).toStrictEqual({
        ...quiet,
        runs: [{ selection: "tidy", status: "failed", durationMillis: 0, reason: error.message }]
      })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("is running until it ends, and says that it is alive; interrupted, it is canceled", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const fiber = yield* Effect.fork(RecordedRun.record("tidy", Effect.never, () => ""))
      yield* TestClock.adjust("25 seconds")
      expect((yield* store.unfinished).map(({ heartbeatAt, selection }) => [selection, heartbeatAt])).toStrictEqual([
        ["tidy", "1970-01-01T00:00:20.000Z"]
      ])
      yield* Fiber.interrupt(fiber)
      expect(yield* history).toStrictEqual({
        ...quiet,
        runs: [{ selection: "tidy", status: "canceled", durationMillis: 25_000, reason: undefined }]
      })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
