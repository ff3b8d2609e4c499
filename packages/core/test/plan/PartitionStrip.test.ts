import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Signature from "@sluice/core/partition/Signature"
import * as Stored from "@sluice/core/partition/Stored"
import type { PartitionStates } from "@sluice/core/plan/PartitionStaleness"
import * as PartitionStrip from "@sluice/core/plan/PartitionStrip"
import * as Either from "effect/Either"
import { expect, it } from "vitest"

const now = Date.parse("2025-01-01T00:00:00Z")

const statesOf = (
  set: Partitions.Any,
  { failed = "", made, stale = "" }: { readonly made: string; readonly failed?: string; readonly stale?: string }
): PartitionStates => {
  const space = Either.getOrThrow(set.at({ now }))
  const runs = (text: string) =>
    text === ""
      ? Runs.empty(space.size)
      : Either.getOrThrow(Either.mapLeft(PartitionText.parse(space, text), (problem) => new Error(problem)))
  return {
    space,
    made: runs(made),
    missing: Runs.difference(space.all, runs(made)),
    failed: runs(failed),
    stale: runs(stale),
    causes: [],
    unknown: Runs.empty(0),
    orphaned: Stored.empty("day"),
    signature: Signature.of(space),
    recut: [],
    isMadeWhole: false,
    madeAt: () => undefined
  }
}

const letters = { made: "m", stale: "s", partly: "p", missing: ".", failed: "x" }

const drawn = (states: PartitionStates, most = 12) => {
  const { earlier, rows } = PartitionStrip.of(states, { most })
  return [
    earlier,
    ...rows.map(
      ({ cells, keys, label }) =>
        `${label} ${cells.map((cell) => (cell === undefined ? " " : letters[cell])).join("")}${keys.join(",")}`
    )
  ]
}

const days = Partitions.daily("days", { start: "2024-08-29", end: "2024-09-03" })
const regions = Partitions.fixed("regions", ["eu", "us"])

it("days are cells at their place in the month", () => {
  const states = statesOf(days, { made: "2024-08-30..2024-09-02", stale: "2024-08-30", failed: "2024-09-01" })
  expect(drawn(states)).toStrictEqual([0, `2024-08 ${" ".repeat(28)}.sm`, "2024-09 xm."])
})

it("hours are drawn by day: partly, if some of a day are missing", () => {
  const hours = Partitions.hourly("hours", { start: "2024-08-01T00", end: "2024-08-03T23" })
  expect(drawn(statesOf(hours, { made: "2024-08-01, 2024-08-02T05" }))).toStrictEqual([0, "2024-08 mp."])
})

it("months and weeks are drawn by year, and earlier rows are counted", () => {
  const months = Partitions.monthly("months", { start: "2021-11", end: "2024-02" })
  expect(drawn(statesOf(months, { made: "2023" }), 2)).toStrictEqual([2, "2023 mmmmmmmmmmmm", "2024 .."])
  const weeks = Partitions.weekly("weeks", { start: "2024-W02", end: "2024-W04" })
  expect(drawn(statesOf(weeks, { made: "2024-W03" }))).toStrictEqual([0, "2024  .m."])
})

it("keys are one row, and a product is drawn along its time", () => {
  expect(drawn(statesOf(regions, { made: "us" }))).toStrictEqual([0, " .meu,us"])
  const product = Partitions.product("day_region", { day: days, region: regions })
  const states = statesOf(product, { made: "2024-08-30|*, 2024-08-31|eu", failed: "2024-09-02|us" })
  expect(drawn(states)).toStrictEqual([0, `2024-08 ${" ".repeat(28)}.mp`, "2024-09 .x."])
})
