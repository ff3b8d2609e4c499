import { it } from "@effect/vitest"
import * as Either from "effect/Either"
import { expect } from "vitest"
import * as lines from "../../src/partition/internal/lines.ts"
import * as Runs from "../../src/partition/internal/Runs.ts"
import * as Partitions from "../../src/partition/Partitions.ts"

const now = Date.parse("2024-08-11T00:00:00Z")
const days = Partitions.daily("days", { start: "2024-08-01", exclude: ["2024-08-04..2024-08-05"] })
const regions = Partitions.fixed("regions", ["eu", "us"])
const spaceOf = (set: Partitions.Any) => Either.getOrThrow(set.at({ now }))
const keysOf = (set: Partitions.Any, runs: Runs.Runs) =>
  [...Runs.ranges(runs)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => spaceOf(set).keyOf(from + at)))
const some = (set: Partitions.Any, keys: ReadonlyArray<string>) => {
  const space = spaceOf(set)
  const indices = keys.map((key) => Either.getOrThrow(space.indexOf(key)))
  return Runs.fromRanges(
    space.size,
    indices.map((at) => [at, at + 1] as const)
  )
}

it("the partition before another is the last that there is, in the same line of time", () => {
  const before = (keys: ReadonlyArray<string>, by = 1) => keysOf(days, lines.before(spaceOf(days), some(days, keys), by))
  expect(before(["2024-08-03"])).toStrictEqual(["2024-08-02"])
  expect(before(["2024-08-06"])).toStrictEqual(["2024-08-03"])
  expect(before(["2024-08-01"])).toStrictEqual([])
  expect(before(["2024-08-06", "2024-08-07"], 2)).toStrictEqual(["2024-08-02", "2024-08-03"])
  const cells = Partitions.product("cells", { day: days, region: regions })
  expect(keysOf(cells, lines.before(spaceOf(cells), some(cells, ["2024-08-01|us", "2024-08-02|eu"]), 1))).toStrictEqual([
    "2024-08-01|eu"
  ])
  expect(keysOf(regions, lines.before(spaceOf(regions), some(regions, ["us"]), 1))).toStrictEqual([])
})

it("ranges end with their line of time", () => {
  const cells = Partitions.product("cells", { day: days, region: regions })
  const space = spaceOf(cells)
  const ranges = [...lines.rangesOf(space, space.all)].map(([from, to]) => [space.keyOf(from), space.keyOf(to - 1)])
  expect(ranges).toStrictEqual([
    ["2024-08-01|eu", "2024-08-03|eu"],
    ["2024-08-06|eu", "2024-08-10|eu"],
    ["2024-08-01|us", "2024-08-03|us"],
    ["2024-08-06|us", "2024-08-10|us"]
  ])
})
