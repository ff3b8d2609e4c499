import { it } from "@effect/vitest"
import type { Step } from "@sluice/core/plan/Plan"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { Output } from "../src/Output.ts"
import * as RunEstimate from "../src/RunEstimate.ts"
import * as RunWatch from "../src/RunWatch.ts"
import * as Style from "../src/render/Style.ts"

const step: Step = {
  asset: "daily_revenue",
  action: "materialize",
  reason: { _tag: "Selected" },
  after: [],
  partitions: { unit: "day", cells: { "": [19936, 19966] } },
  partitionCount: 31
}
const about = { runId: "r1", at: "1970-01-01T00:00:00.000Z" }
const beginning: ReadonlyArray<RunEvent> = [
  { _tag: "RunStarted", ...about, selection: "daily_revenue", steps: [step], tags: {}, owner: { host: "here", pid: 1 } },
  { _tag: "StepStarted", ...about, asset: "daily_revenue", attempt: 1 }
]
const made = (count: number): RunEvent => ({
  _tag: "PartitionsSucceeded",
  ...about,
  asset: "daily_revenue",
  set: { partitions: "days", dimensions: [{ name: "", cut: "day", timezone: "UTC" }] },
  code: "1",
  slices: [{ partitions: { unit: "day", cells: { "": [19936, 19935 + count] } }, count, durationMillis: 3, metadata: {} }]
})

it.scoped("without a terminal, a step that makes partitions has a line every five seconds in which it has made some", () =>
  Effect.gen(function* () {
    const err: Array<string> = []
    const output = Layer.succeed(Output, {
      outStyle: Style.plain,
      errStyle: Style.plain,
      interactive: false,
      out: () => Effect.void,
      complete: Effect.void,
      err: (lines) => Effect.sync(() => void err.push(...lines)),
      unsafeErr: () => {},
      live: () => Effect.void
    })
    const options = { steps: [step], json: false, quiet: false, estimate: RunEstimate.nothing, before: undefined }
    const watch = yield* Effect.provide(RunWatch.make(options), output)
    const observe = (events: ReadonlyArray<RunEvent>) =>
      Effect.forEach(watch.observers, (observer) => observer(events), { discard: true })
    yield* observe(beginning)
    yield* TestClock.adjust("4 seconds")
    yield* observe([made(12)])
    yield* TestClock.adjust("1 second")
    yield* TestClock.adjust("7 seconds")
    yield* observe([made(8)])
    yield* TestClock.adjust("3 seconds")
    expect(err).toStrictEqual([
      "▸ daily_revenue",
      "▸ daily_revenue  12 of 31 partitions · 2.4/s · 7.9 s left",
      "▸ daily_revenue  20 of 31 partitions · 1.3/s · 8.3 s left"
    ])
  })
)
