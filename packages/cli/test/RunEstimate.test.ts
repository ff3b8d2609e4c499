import { it } from "@effect/vitest"
import type { Step } from "@sluice/core/plan/Plan"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { expect } from "vitest"
import * as RunEstimate from "../src/RunEstimate.ts"

const step = (asset: string, after: ReadonlyArray<string> = [], action: Step["action"] = "materialize"): Step => ({
  asset,
  action,
  reason: { _tag: "Selected" },
  after
})

const run = (runId: string, asset: string, durationMillis: number) =>
  ({
    _tag: "StepSucceeded",
    runId,
    at: `2024-03-01T09:30:00.00${runId}Z`,
    asset,
    action: "materialize",
    attempt: 1,
    durationMillis,
    metadata: {},
    provenance: { code: "", inputs: {}, data: runId }
  }) as const

it.effect("an asset is expected to take the median of its last five materializations, and what never ran is counted", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    yield* store.append([9000, 10, 20, 30, 40, 1000].map((millis, i) => run(String(i), "a", millis)))
    const steps = [step("a"), step("b", ["a"]), step("stored", [], "load")]
    expect(yield* RunEstimate.of(steps, 4)).toEqual({ steps: new Map([["a", 30]]), total: 30, unknown: 1 })
    expect(yield* RunEstimate.of([step("b")], 4)).toEqual({ steps: new Map(), total: undefined, unknown: 1 })
  }).pipe(Effect.provide(RunStore.layerMemory))
)

// Regression: a table that is loaded while its source is read was counted after it with all of its time.
it.effect("what reads along with its source adds only what it takes after the source has ended", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const ended = (asset: string, at: string, durationMillis: number) => ({ ...run("1", asset, durationMillis), at })
    yield* store.append([
      ended("source", "2024-03-01T09:30:21.000Z", 21_000),
      ended("table", "2024-03-01T09:30:21.300Z", 17_000),
      ended("view", "2024-03-01T09:30:21.900Z", 200)
    ])
    const steps = [step("source"), step("table", ["source"]), step("view", ["table"])]
    expect(yield* RunEstimate.of(steps, 4)).toEqual({
      steps: new Map([
        ["source", 21_000],
        ["table", 17_000],
        ["view", 200]
      ]),
      total: 21_500,
      unknown: 0
    })
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it("the whole takes as long as its longest path where there is room, and the sum where there is none", () => {
  const steps = [step("a"), step("b"), step("c", ["a", "b"]), step("d")]
  const millis = new Map([
    ["a", 10],
    ["b", 20],
    ["c", 5],
    ["d", 1]
  ])
  expect([4, 1].map((concurrency) => RunEstimate.span(steps, millis, concurrency))).toEqual([25, 36])
})

const Durations = FastCheck.array(FastCheck.nat(1_000), { minLength: 1, maxLength: 20 })

it.prop(
  "is never shorter than the longest step and an even share, never longer than one after the other",
  [Durations, FastCheck.integer({ min: 1, max: 8 })],
  ([durations, concurrency]) => {
    const steps = durations.map((_, i) => step(`s${i}`, i % 3 === 2 ? [`s${i - 1}`] : []))
    const millis = new Map(durations.map((duration, i) => [`s${i}`, duration]))
    const sum = durations.reduce((a, b) => a + b)
    const span = RunEstimate.span(steps, millis, concurrency)
    expect([span >= Math.max(...durations), span >= sum / concurrency, span <= sum]).toEqual([true, true, true])
  }
)
