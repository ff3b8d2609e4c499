import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { expect, it } from "vitest"
import * as EventText from "../../src/render/EventText.ts"
import * as RunsText from "../../src/render/RunsText.ts"
import * as Style from "../../src/render/Style.ts"
import { failingRun, owner } from "./events.ts"

const about = { runId: "20240301-093000-abcd", at: "2024-03-01T09:30:02.000Z", asset: "d" }
const partitions = { unit: "day", cells: { "": [19936, 19966] } } as const
const set = { partitions: "days", dimensions: [{ name: "", cut: "day", timezone: "UTC" }] }
const error = { tag: "WarehouseFailed", message: "The server refused a row.", retryable: true }
const ofPartitions: ReadonlyArray<RunEvent> = [
  {
    _tag: "PartitionsSucceeded",
    ...about,
    set,
    code: "c1",
    slices: [{ partitions, durationMillis: 3, metadata: { rows: 7 } }]
  },
  { _tag: "PartitionsFailed", ...about, set, partitions, error },
  { _tag: "PartitionsSkipped", ...about, set, partitions, causes: ["bad"] },
  { _tag: "PartitionsLate", ...about, set, partitions, rows: 1200 }
]

it("partitions that were not made, or have late rows, are named with the reason", () => {
  const line = EventText.liner(1, Style.plain)
  expect(ofPartitions.map(line)).toStrictEqual([
    undefined,
    "✗ d  2024-08-01..2024-08-31 failed: The server refused a row.",
    "– d  2024-08-01..2024-08-31 skipped: bad failed",
    "! d  1,200 late rows for 2024-08-01..2024-08-31"
  ])
})

it("events of partitions do not end the step", () => {
  const started = failingRun.slice(0, 5)
  const step = (events: ReadonlyArray<RunEvent>) => RunResult.fromEvents(events).steps.get("d")
  expect(step([...started, ...ofPartitions])).toStrictEqual(step(started))
})

// Regression: a month was written as its first day, 2024-08-01, which is no key of the set.
it.each([
  { cut: "week", ranges: [19933, 19940], keys: "2024-W31..2024-W32" },
  { cut: "month", ranges: [19936, 19936], keys: "2024-08" }
])("a run's story has the partitions of a step by their keys: $cut", ({ cut, keys, ranges }) => {
  const partitions = { unit: "day", cells: { "": ranges } } as const
  const run = { runId: about.runId, at: about.at }
  const step = { asset: "d", action: "materialize", reason: { _tag: "Selected" }, after: [] } as const
  const lines = RunsText.story(
    [
      { _tag: "RunStarted", ...run, selection: "d", steps: [{ ...step, partitions, partitionCount: 2 }], tags: {}, owner },
      { _tag: "StepStarted", ...about, attempt: 1 },
      {
        _tag: "PartitionsSucceeded",
        ...about,
        set: { partitions: "periods", dimensions: [{ name: "", cut, timezone: "UTC" }] },
        code: "c1",
        slices: [{ partitions, durationMillis: 3, metadata: {} }]
      }
    ],
    Style.plain
  )
  expect(lines.filter((line) => line.includes("▸"))).toStrictEqual([`   +0.00 s  ▸ d  selected, 2 partitions: ${keys}`])
})
