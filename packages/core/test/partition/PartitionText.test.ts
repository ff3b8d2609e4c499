import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { anySet, keysOf, someOf, spaceOf } from "./sets.ts"

const until = { start: "2024-08-01", end: "2024-10-31" }
const days = Partitions.daily("days", { ...until, exclude: ["2024-08-10..2024-08-12"] })
const hours = Partitions.hourly("hours", { ...until, timezone: "Europe/Berlin" })
const regions = Partitions.fixed("regions", ["eu", "us", "asia"])
const cells = Partitions.product("cells", { day: days, region: regions })

const some = anySet.chain((set) => {
  const space = spaceOf(set)
  return FastCheck.record({ space: FastCheck.constant(space), runs: someOf(space) })
})
/** The first and the last key, and the number of keys. */
const read = (set: Partitions.Any, text: string) => {
  const space = spaceOf(set)
  return Either.map(PartitionText.parse(space, text), (runs) => {
    const keys = keysOf(space, runs)
    return [keys[0], keys.at(-1), keys.length]
  })
}

it.prop(
  "what is printed is read as the same partitions",
  [some],
  ([{ runs, space }]) => {
    FastCheck.pre(!Runs.isEmpty(runs))
    const back = PartitionText.parse(space, PartitionText.print(space, runs))
    expect(Either.map(back, (found) => [...Runs.ranges(found)])).toStrictEqual(Either.right([...Runs.ranges(runs)]))
  },
  { fastCheck: { numRuns: 60 } }
)

it("keys, ranges, open ends and several of them are read, both ends included", () => {
  expect(
    ["2024-08-02", "2024-08-02..2024-08-20", "2024-10-30..", "..2024-08-02", "2024-08-02, 2024-08-05..2024-08-06", "*"].map(
      (text) => read(days, text)
    )
  ).toStrictEqual([
    Either.right(["2024-08-02", "2024-08-02", 1]),
    Either.right(["2024-08-02", "2024-08-20", 16]),
    Either.right(["2024-10-30", "2024-10-31", 2]),
    Either.right(["2024-08-01", "2024-08-02", 2]),
    Either.right(["2024-08-02", "2024-08-06", 3]),
    Either.right(["2024-08-01", "2024-10-31", 89])
  ])
})

it("a longer window means the windows that start in it", () => {
  expect(["2024-09", "2024", "2024-W35", "2024-08..2024-09-01"].map((text) => read(days, text))).toStrictEqual([
    Either.right(["2024-09-01", "2024-09-30", 30]),
    Either.right(["2024-08-01", "2024-10-31", 89]),
    Either.right(["2024-08-26", "2024-09-01", 7]),
    Either.right(["2024-08-01", "2024-09-01", 29])
  ])
  expect(["2024-10-27", "2024-10-27T02b..2024-10-28", "2024-09"].map((text) => read(hours, text))).toStrictEqual([
    Either.right(["2024-10-27T00", "2024-10-27T23", 25]),
    Either.right(["2024-10-27T02b", "2024-10-28T23", 46]),
    Either.right(["2024-09-01T00", "2024-09-30T23", 720])
  ])
  const weeks = Partitions.weekly("weeks", until)
  expect(read(weeks, "2024-09")).toStrictEqual(Either.right(["2024-W36", "2024-W40", 5]))
})

it("a product is read by dimension, and * is all of one", () => {
  expect(
    ["2024-08-01|*", "2024-08-01..2024-08-05|eu", "latest", "latest|us", "2024-10|asia", "*"].map((text) =>
      read(cells, text)
    )
  ).toStrictEqual([
    Either.right(["2024-08-01|eu", "2024-08-01|asia", 3]),
    Either.right(["2024-08-01|eu", "2024-08-05|eu", 5]),
    Either.right(["2024-10-31|eu", "2024-10-31|asia", 3]),
    Either.right(["2024-10-31|us", "2024-10-31|us", 1]),
    Either.right(["2024-10-01|asia", "2024-10-31|asia", 31]),
    Either.right(["2024-08-01|eu", "2024-10-31|asia", 267])
  ])
})

it("a part that means nothing is named, with what is wrong and the nearest key", () => {
  const wrong = (set: Partitions.Any, ...texts: ReadonlyArray<string>) =>
    texts.map((text) => Either.getOrElse(Either.flip(read(set, text)), () => "was read"))
  expect(
    wrong(
      days,
      "2024-07-31",
      "2024-08-11",
      "2024-08-05..2024-11-02",
      "2024-08-05..2024-08-02",
      "2023",
      "eu",
      "",
      "2024-08-01..2024-08-02..2024-08-03",
      "eu, 2024-07-30.."
    )
  ).toStrictEqual([
    "2024-07-31 is before the first partition, 2024-08-01.",
    "2024-08-11 has no partition. The nearest partition is 2024-08-09.",
    "2024-08-05..2024-11-02 has a wrong end: 2024-11-02 is after the last partition, 2024-10-31.",
    "2024-08-05..2024-08-02 ends before it starts. Write 2024-08-02..2024-08-05.",
    "2023 is before the first partition. The nearest partition is 2024-08-01.",
    "eu is not a day. Write it as 2024-08-01.",
    "No partition of days is named. Write a key such as 2024-10-31, or * for all.",
    "2024-08-01..2024-08-02..2024-08-03 has more than one .. in it. Write it as FIRST..LAST.",
    "eu is not a day. Write it as 2024-08-01. 2024-07-30.. has a wrong end: 2024-07-30 is before the first partition, 2024-08-01."
  ])
  expect(wrong(Partitions.daily("days", { start: "2024-08-01" }), "2024-11-12")).toStrictEqual([
    "2024-11-12 is not complete yet: it ends at 2024-11-13T00:00:00.000Z. The nearest partition is 2024-11-09."
  ])
  expect(wrong(regions, "ue", "eu..us", "latest")).toStrictEqual([
    "ue is not a partition of regions. Did you mean us or eu?",
    "eu..us is a range of keys, which have no order. Write them with commas.",
    "latest is not a partition of regions."
  ])
  // Regression: a product without time had no latest cell, and `latest` was all of them.
  expect(wrong(Partitions.product("pairs", { from: regions, to: regions }), "latest")).toStrictEqual([
    "latest is the last window, and pairs has no time windows."
  ])
  expect(wrong(cells, "2024-08-01|eu|x", "2024-08-01|ue", "2024-08-11|eu")).toStrictEqual([
    "2024-08-01|eu|x has 3 of 2 parts. Write it as day|region.",
    "In 2024-08-01|ue, region ue is not a partition of regions. Did you mean us or eu?",
    "In 2024-08-11|eu, day 2024-08-11 has no partition. The nearest partition is 2024-08-09."
  ])
  expect(wrong(hours, "2024-10-27T02", "9999")).toStrictEqual([
    "2024-10-27T02 comes twice in Europe/Berlin. Write 2024-10-27T02a or 2024-10-27T02b.",
    "9999 is after the last partition. The nearest partition is 2024-10-31T23."
  ])
  expect(wrong(Partitions.daily("days", { start: "2025-01-01" }), "2025-01-01", "*")).toStrictEqual([
    "2025-01-01 is not there: the set has no partitions yet.",
    "* is not there: the set has no partitions yet."
  ])
})

it("ranges reach over excluded partitions, and lines that are the same are one", () => {
  const print = (set: Partitions.Any, text: string, limit?: number) => {
    const space = spaceOf(set)
    return PartitionText.print(space, Either.getOrThrow(PartitionText.parse(space, text)), { limit })
  }
  expect(print(days, "2024-08-08,2024-08-09,2024-08-13")).toBe("2024-08-08..2024-08-13")
  expect(print(days, "2024-08-01..2024-08-03,2024-08-07,2024-08-20,2024-09", 2)).toBe(
    "2024-08-01..2024-08-03, 2024-08-07 and 2 more ranges"
  )
  expect(print(regions, "*")).toBe("*")
  expect(print(regions, "us,eu")).toBe("eu, us")
  expect(print(cells, "2024-08|*")).toBe("2024-08-01..2024-08-31|*")
  expect(print(cells, "2024-08|*,2024-10-31|us")).toBe(
    "2024-08-01..2024-08-31|eu, 2024-08-01..2024-08-31|asia, 2024-08-01..2024-08-31|us, 2024-10-31|us"
  )
})
