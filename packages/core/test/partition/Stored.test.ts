import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Space } from "@sluice/core/partition/Space"
import * as Stored from "@sluice/core/partition/Stored"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { anySet, isValid, keysOf, regions, someOf, spaceOf, windows } from "./sets.ts"

const random = { fastCheck: { numRuns: 60 } }
const sorted = (keys: Iterable<string>) => [...keys].sort()
const without = (all: ReadonlyArray<string>, gone: Iterable<string>) => {
  const keys = new Set(gone)
  return all.filter((key) => !keys.has(key))
}
const throughJson = (stored: Stored.Stored) =>
  Schema.decodeUnknownSync(Stored.Stored)(JSON.parse(JSON.stringify(Schema.encodeSync(Stored.Stored)(stored))))
const rangesOf = (runs: Runs.Runs) => [...Runs.ranges(runs)]
const granularityOf = (space: Space) =>
  (space.windows ?? space.dimensions.find(({ space }) => space.windows !== undefined)?.space.windows)?.granularity

const two = anySet.chain((set) => {
  const space = spaceOf(set)
  return FastCheck.record({ space: FastCheck.constant(space), a: someOf(space), b: someOf(space) })
})

it.prop(
  "stored partitions are found again in their space",
  [two],
  ([{ a, space }]) => {
    const { orphaned, runs } = Stored.toRuns(space, throughJson(Stored.of(space, a)))
    expect(rangesOf(runs)).toStrictEqual(rangesOf(a))
    expect(orphaned).toStrictEqual(Stored.empty(orphaned.unit))
  },
  random
)

it.prop(
  "union and difference are those of the partitions, with and without the granularity",
  [two],
  ([{ a, b, space }]) => {
    const [left, right] = [Stored.of(space, a), Stored.of(space, b)]
    for (const granularity of [undefined, granularityOf(space)]) {
      const back = (stored: Stored.Stored) => rangesOf(Stored.toRuns(space, stored).runs)
      const rest = Stored.difference(left, right, granularity)
      expect(back(Stored.union(left, right, granularity))).toStrictEqual(rangesOf(Runs.union(a, b)))
      expect(back(rest)).toStrictEqual(rangesOf(Runs.difference(a, b)))
      expect(back(Stored.union(rest, right, granularity))).toStrictEqual(rangesOf(Runs.union(a, b)))
      expect(back(Stored.difference(rest, right, granularity))).toStrictEqual(rangesOf(Runs.difference(a, b)))
      expect(Stored.isEmpty(Stored.difference(left, left, granularity))).toBe(true)
    }
  },
  random
)

it.prop(
  "an earlier start moves nothing, and a later start or an earlier end leaves orphaned partitions",
  [windows, FastCheck.integer({ min: -40, max: 40 }), FastCheck.integer({ min: -40, max: 10 }), FastCheck.boolean()],
  ([make, from, to, isProduct]) => {
    const set = (options?: { readonly from: number; readonly to: number }) =>
      isProduct ? Partitions.product("cells", { time: make(options), region: regions }) : make(options)
    FastCheck.pre(isValid(set()) && isValid(set({ from, to })))
    const [before, after] = [spaceOf(set()), spaceOf(set({ from, to }))]
    const stored = Stored.of(before, before.all)
    const { orphaned, runs } = Stored.toRuns(after, stored)
    const [had, has] = [keysOf(before, before.all), keysOf(after, after.all)]
    expect(sorted(keysOf(after, runs))).toStrictEqual(sorted(without(had, without(had, has))))
    expect(sorted(keysOf(before, Stored.toRuns(before, orphaned).runs))).toStrictEqual(sorted(without(had, has)))
    expect(Stored.isEmpty(orphaned)).toBe(without(had, has).length === 0)
  },
  random
)

it("excluded partitions and keys that are gone are orphaned", () => {
  const days = (exclude: ReadonlyArray<string>) =>
    spaceOf(Partitions.daily("days", { start: "2024-08-01", end: "2024-08-05", exclude }))
  const all = days([])
  expect(Stored.toRuns(days(["2024-08-02..2024-08-03"]), Stored.of(all, all.all)).orphaned).toStrictEqual({
    unit: "day",
    cells: { "": [19937, 19938] }
  })
  const [more, fewer] = [["eu", "us"], ["us"]].map((keys) => spaceOf(Partitions.fixed("regions", keys)))
  if (more === undefined || fewer === undefined) throw new Error("both are given")
  expect(Stored.toRuns(fewer, Stored.of(more, more.all)).orphaned).toStrictEqual({ unit: "none", cells: { eu: [] } })
  expect(Stored.toRuns(fewer, Stored.of(all, all.all)).orphaned).toStrictEqual(Stored.of(all, all.all))
})

it("a date that a zone skips is not orphaned", () => {
  const apia = spaceOf(Partitions.daily("days", { start: "2011-12-29", end: "2011-12-31", timezone: "Pacific/Apia" }))
  expect(Stored.toRuns(apia, { unit: "day", cells: { "": [15337, 15339] } }).orphaned).toStrictEqual(Stored.empty("day"))
})

it("windows made one after another are one range", () => {
  for (const make of [Partitions.hourly, Partitions.daily, Partitions.weekly, Partitions.monthly]) {
    const space = spaceOf(make("windows", { start: "2023-12-04", end: "2024-04-30", timezone: "Europe/Berlin" }))
    const one = (index: number) => Stored.of(space, Runs.fromRanges(space.size, [[index, index + 1]]))
    const granularity = granularityOf(space)
    const made = Array.from({ length: Math.min(space.size, 200) }, (_, index) => one(index)).reduce((sum, next) =>
      Stored.union(sum, next, granularity)
    )
    expect(made.cells[""]?.length).toBe(2)
    expect(Stored.count(made, granularity)).toBe(Math.min(space.size, 200))
  }
})

it("single partitions are counted without the granularity, and ranges are not", () => {
  expect(Stored.count({ unit: "second", cells: { eu: [0, 0, 7200, 7200], us: [0, 0] } })).toBe(3)
  expect(Stored.count({ unit: "none", cells: { eu: [], us: [] } })).toBe(2)
  expect(Stored.count({ unit: "day", cells: { "": [0, 7] } })).toBe(undefined)
})

it("the text of stored partitions needs no set", () => {
  expect(Stored.text({ unit: "day", cells: { "": [19936, 19966, 19969, 19969] } })).toBe(
    "2024-08-01..2024-08-31, 2024-09-03"
  )
  expect(Stored.text({ unit: "second", cells: { eu: [1722470400, 1722493800] } })).toBe(
    "2024-08-01T00:00Z..2024-08-01T06:30Z|eu"
  )
  expect(Stored.text({ unit: "none", cells: { eu: [], us: [], uk: [] } }, 2)).toBe("eu, us and 1 more")
  expect(Stored.text({ unit: "day", cells: { "": [1, 1, 3, 3, 5, 5, 7, 7] } }, 2)).toBe(
    "1970-01-02, 1970-01-04 and 2 more ranges"
  )
})
