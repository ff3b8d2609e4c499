import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Placement from "@sluice/core/partition/Placement"
import * as Region from "@sluice/core/partition/Region"
import * as Slice from "@sluice/core/partition/Slice"
import * as Tally from "@sluice/core/partition/Tally"
import * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { nearTransition } from "./clock.ts"

const columns = {
  id: Column.integer,
  at: Column.timestamp,
  day: Column.day,
  region: Column.text(20),
  note: Column.nullable(Column.pii("note"))
}
const table = (partitionBy: Table.PartitionBy) => ({ name: "rows", columns, partitionBy })
const spaceOf = (set: Partitions.Any, now = Date.UTC(2025, 0, 1)) => Either.getOrThrow(set.at({ now }))

/** The key of the partition that a row is in. */
const keyed = (set: Partitions.Any, partitionBy: Table.PartitionBy, now?: number) => {
  const space = spaceOf(set, now)
  const { indexOf } = Either.getOrThrow(Placement.of(space, table(partitionBy)))
  return (row: Readonly<Record<string, unknown>>) => {
    const index = indexOf(row)
    return index === Placement.elsewhere ? "elsewhere" : index === Placement.unplaced ? "unplaced" : space.keyOf(index)
  }
}

it("an instant is in the window of the zone's clock, also in a repeated hour", () => {
  const hours = Partitions.hourly("hours", { start: "2024-10-26T00", timezone: "Europe/Berlin" })
  const keyOf = keyed(hours, "at")
  const instants = [
    "2024-10-26T23:59:59.999Z",
    "2024-10-27T00:00:00.000Z",
    "2024-10-27T01:30:00.000Z",
    "2024-10-27T02:00:00.000Z"
  ]
  expect(instants.map((at) => keyOf({ at }))).toStrictEqual([
    "2024-10-27T01",
    "2024-10-27T02a",
    "2024-10-27T02b",
    "2024-10-27T03"
  ])
})

it("a zone may skip a date: its instants are the next one's, and the date itself is in no partition", () => {
  const days = Partitions.daily("days", { start: "2011-12-25", end: "2012-01-05", timezone: "Pacific/Apia" })
  const [at, day] = [keyed(days, "at"), keyed(days, "day")]
  expect(["2011-12-30T09:59:59.999Z", "2011-12-30T10:00:00.000Z"].map((instant) => at({ at: instant }))).toStrictEqual([
    "2011-12-29",
    "2011-12-31"
  ])
  expect(["2011-12-29", "2011-12-30", "2011-12-31"].map((date) => day({ day: date }))).toStrictEqual([
    "2011-12-29",
    "elsewhere",
    "2011-12-31"
  ])
})

it("where the clock is set back at 00:01, an instant and a local date disagree, and each column says what it means", () => {
  const days = Partitions.daily("days", { start: "2006-10-01", end: "2006-11-30", timezone: "America/St_Johns" })
  // 00:01 of 29 October becomes 23:01 of 28 October. The day that has begun stays begun.
  const instant = "2006-10-29T02:45:00.000Z"
  expect(keyed(days, "at")({ at: instant })).toBe("2006-10-29")
  expect(keyed(days, "day")({ day: "2006-10-28" })).toBe("2006-10-28")
})

it("a day that begins at 01:00 has the rows from then on", () => {
  const days = Partitions.daily("days", { start: "2018-11-01", end: "2018-11-10", timezone: "America/Sao_Paulo" })
  const keyOf = keyed(days, "at")
  expect(["2018-11-04T02:59:59.999Z", "2018-11-04T03:00:00.000Z"].map((at) => keyOf({ at }))).toStrictEqual([
    "2018-11-03",
    "2018-11-04"
  ])
})

it("weeks and months have the dates and instants between their first and last day; others are elsewhere", () => {
  const weeks = Partitions.weekly("weeks", { start: "2024-W31", end: "2024-W33" })
  const dates = ["2024-07-28", "2024-07-29", "2024-08-04", "2024-08-05", "2024-08-18", "2024-08-19"]
  const expected = ["elsewhere", "2024-W31", "2024-W31", "2024-W32", "2024-W33", "elsewhere"]
  expect(dates.map((day) => keyed(weeks, "day")({ day }))).toStrictEqual(expected)
  expect(dates.map((day) => keyed(weeks, "at")({ at: `${day}T23:00:00.000Z` }))).toStrictEqual(expected)
  const months = Partitions.monthly("months", { start: "2024-02", exclude: ["2024-03"] })
  expect(["2024-01-31", "2024-02-29", "2024-03-01", "2024-04-30"].map((day) => keyed(months, "day")({ day }))).toStrictEqual(
    ["elsewhere", "2024-02", "elsewhere", "2024-04"]
  )
})

it("text and integers are keys; null and what is not of its column's type are in no partition and told apart", () => {
  const regions = keyed(Partitions.fixed("regions", ["eu", "a|b", "7"]), "region")
  expect(["eu", "a|b", "7", "us", null].map((region) => regions({ region }))).toStrictEqual([
    "eu",
    "a%7Cb",
    "7",
    "elsewhere",
    "unplaced"
  ])
  expect([7, 8].map((id) => keyed(Partitions.fixed("ids", ["7"]), "id")({ id }))).toStrictEqual(["7", "elsewhere"])
  const days = keyed(Partitions.daily("days", { start: "2024-03-01" }), "at")
  expect([null, "", "2024-03-01T25:00:00.000Z", 5].map((at) => days({ at }))).toStrictEqual(Array(4).fill("unplaced"))
})

it("the dimensions of a product are placed one by one", () => {
  const both = Partitions.product("both", {
    region: Partitions.fixed("regions", ["eu", "us"]),
    day: Partitions.daily("days", { start: "2024-03-01" })
  })
  const keyOf = keyed(both, { day: "day", region: "region" })
  const rows = [
    { day: "2024-03-02", region: "us" },
    { day: "2024-02-02", region: "us" },
    { day: "2024-03-02", region: "xx" },
    { day: null, region: "xx" }
  ]
  expect(rows.map(keyOf)).toStrictEqual(["us|2024-03-02", "elsewhere", "elsewhere", "unplaced"])
})

it("what a table declares wrongly is said with what to write", () => {
  const days = Partitions.daily("days", { start: "2024-03-01" })
  const hours = Partitions.hourly("hours", { start: "2024-03-01T00" })
  const both = Partitions.product("both", { day: days, region: Partitions.fixed("regions", ["eu"]) })
  const problemsOf = (set: Partitions.Any, partitionBy: Table.PartitionBy) =>
    Either.match(Placement.of(spaceOf(set), table(partitionBy)), { onLeft: (problems) => problems, onRight: () => [] })
  expect([
    problemsOf(days, undefined),
    problemsOf(days, "region"),
    problemsOf(days, "when"),
    problemsOf(hours, "day"),
    problemsOf(both, "day"),
    problemsOf(both, { day: "day", place: "region" }),
    problemsOf(Partitions.fixed("regions", ["eu"]), "note")
  ]).toStrictEqual([
    [
      'The table rows does not name the column that says which partition of days a row is in. Write partitionBy: "…" in Table.make.'
    ],
    [
      'days has time windows, and "region" is no time. Name a column of Column.timestamp (an instant) or Column.day (a local date).'
    ],
    ['The table rows has no column "when". Name one of its columns in partitionBy.'],
    ['The windows of hours are shorter than a day, so "day" does not tell them apart. Name a column of Column.timestamp.'],
    [
      'The table rows does not name the column of each dimension of both. Write partitionBy: { day: "…", region: "…" } in Table.make.'
    ],
    [
      'place is not a dimension of both. Write partitionBy: { day: "…", region: "…" } in the table rows.',
      'The table rows names no column for region. Write partitionBy: { day: "…", region: "…" }.'
    ],
    ['regions has keys, and "note" is no key. Name a column of Column.text or Column.integer.']
  ])
})

it("an instant is placed in the window that has it, in every zone, whatever was placed before", () => {
  const sets = [Partitions.hourly, Partitions.daily, Partitions.weekly, Partitions.monthly]
  FastCheck.assert(
    FastCheck.property(
      nearTransition,
      FastCheck.nat(3),
      FastCheck.array(FastCheck.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }), { maxLength: 12 }),
      ({ at, zone }, which, offsets) => {
        const make = sets[which] ?? Partitions.daily
        const space = spaceOf(make("set", { start: "1972-01-01", timezone: zone }), at + 90 * 86_400_000)
        const { indexOf } = Either.getOrThrow(Placement.of(space, table("at")))
        for (const offset of [...offsets, ...offsets]) {
          const instant = at + offset
          const { end, start } = space.windows?.windowOf(indexOf({ at: new Date(instant).toISOString() })) ?? {
            start: 0,
            end: 0
          }
          expect(start <= instant && instant < end).toBe(true)
        }
      }
    ),
    { numRuns: 150 }
  )
})

it("regions divide any partitions of a product, without two that overlap", () => {
  const ranges = FastCheck.array(FastCheck.tuple(FastCheck.nat(119), FastCheck.nat(119)), { maxLength: 8 })
  const space = spaceOf(
    Partitions.product("cube", {
      a: Partitions.fixed("as", ["0", "1", "2", "3"]),
      day: Partitions.daily("days", { start: "2024-03-01", end: "2024-03-10" }),
      b: Partitions.fixed("bs", ["0", "1", "2"])
    })
  )
  FastCheck.assert(
    FastCheck.property(ranges, (some) => {
      const runs = Runs.fromRanges(
        space.size,
        some.map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const)
      )
      const covered: Array<number> = []
      for (const region of Region.of(space, runs)) {
        const indices = region.reduce<ReadonlyArray<number>>(
          (sums, { from, to }, at) =>
            sums.flatMap((sum) =>
              Array.from({ length: to - from }, (_, by) => sum + (from + by) * (space.dimensions[at]?.stride ?? 1))
            ),
          [0]
        )
        covered.push(...indices)
      }
      const expected = [...Runs.ranges(runs)].flatMap(([from, to]) =>
        Array.from({ length: to - from }, (_, by) => from + by)
      )
      expect(covered.sort((a, b) => a - b)).toStrictEqual(expected)
    })
  )
})

it("a tally counts rows by partition, and tells those of its slice from others", () => {
  const space = spaceOf(Partitions.daily("days", { start: "2024-03-01" }))
  const tally = Tally.make(
    Either.getOrThrow(Placement.of(space, table("day"))),
    Slice.make(space, Runs.fromRanges(space.size, [[1, 3]]))
  )
  const add = (day: unknown, rows?: number) => tally.add({ day }, rows)
  expect([add("2024-03-02"), add("2024-03-02"), add("2024-03-05", 3), add(null), add("2024-02-01", 2)]).toStrictEqual([
    "inside",
    "inside",
    "outside",
    "unplaced",
    "outside"
  ])
  expect(add("2024-03-02")).toBe("inside")
  expect([tally.inside(), tally.byKey(), tally.outsideText()]).toStrictEqual([
    3,
    [
      ["2024-03-02", 3],
      ["2024-03-03", 0]
    ],
    "3 in 2024-03-05, 2 in no partition of days"
  ])
  const { elsewhere, rows, runs } = tally.outside()
  expect([rows, elsewhere, [...Slice.make(space, runs).keys]]).toStrictEqual([5, 2, ["2024-03-05"]])
})
