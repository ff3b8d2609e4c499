import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as PartitionKey from "@sluice/core/partition/PartitionKey"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Space } from "@sluice/core/partition/Space"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"

const now = Date.parse("2024-08-05T12:00:00Z")
const keysOf = (space: Space): ReadonlyArray<string> =>
  [...Runs.ranges(space.all)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => space.keyOf(from + by)))
const at = <Name extends string>(set: Partitions.Partitions<Name>, moment: Partitions.Moment = { now }) =>
  Either.getOrThrow(set.at(moment))
const problemsOf = (set: Partitions.Any) =>
  Either.match(set.at({ now }), { onLeft: ({ problems }) => problems, onRight: () => [] })

const days = Partitions.daily("days", { start: "2024-08-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])

it("the partitions are the windows that are complete, from the start to the end or to now", () => {
  expect(keysOf(at(days))).toStrictEqual(["2024-08-01", "2024-08-02", "2024-08-03", "2024-08-04"])
  expect(keysOf(at(Partitions.daily("days", { start: "2024-08-03", endOffset: 1 })))).toStrictEqual([
    "2024-08-03",
    "2024-08-04",
    "2024-08-05"
  ])
  expect(keysOf(at(Partitions.daily("days", { start: "2024-08-01", end: "2024-08-02" })))).toStrictEqual([
    "2024-08-01",
    "2024-08-02"
  ])
  expect(keysOf(at(Partitions.daily("days", { start: "2024-09-01" })))).toStrictEqual([])
  expect(keysOf(at(Partitions.monthly("months", { start: "2024-05-15" })))).toStrictEqual(["2024-06", "2024-07"])
  expect(keysOf(at(Partitions.weekly("weeks", { start: "2024-07-15" })))).toStrictEqual(["2024-W29", "2024-W30", "2024-W31"])
  expect(keysOf(at(Partitions.hourly("hours", { start: "2024-08-05T10" })))).toStrictEqual([
    "2024-08-05T10",
    "2024-08-05T11"
  ])
})

it("now is the time of the set's zone", () => {
  const eastern = { start: "2024-08-03", timezone: "Pacific/Auckland" }
  const evening = { now: Date.parse("2024-08-05T12:30:00Z") }
  expect(keysOf(at(Partitions.daily("days", eastern), evening))).toStrictEqual(["2024-08-03", "2024-08-04", "2024-08-05"])
})

it("excluded partitions and skipped dates are no partitions", () => {
  const set = Partitions.daily("days", { start: "2024-08-01", exclude: ["2024-08-02..2024-08-03"] })
  expect(keysOf(at(set))).toStrictEqual(["2024-08-01", "2024-08-04"])
  const apia = Partitions.daily("days", { start: "2011-12-29", end: "2011-12-31", timezone: "Pacific/Apia" })
  expect(keysOf(at(apia))).toStrictEqual(["2011-12-29", "2011-12-31"])
})

it("a key that is no partition is refused with what is wrong", () => {
  const set = Partitions.daily("days", { start: "2024-08-01", end: "2024-12-31", exclude: ["2024-08-02"] })
  const refused = ["2024-07-31", "2024-08-02", "2024-08-05", "2025-01-01", "2024-02-30", "eu"]
  expect(refused.map((key) => at(set).indexOf(key))).toStrictEqual([
    Either.left("is before the first partition, 2024-08-01."),
    Either.left("is excluded."),
    Either.left("is not complete yet: it ends at 2024-08-06T00:00:00.000Z."),
    Either.left("is after the last partition, 2024-12-31."),
    Either.left("is not a day. Write it as 2024-08-01."),
    Either.left("is not a day. Write it as 2024-08-01.")
  ])
  expect(at(regions).indexOf("ue")).toStrictEqual(Either.left("is not a partition of regions. Did you mean us or eu?"))
})

it("a declaration that cannot be is refused with all of its problems", () => {
  expect(problemsOf(Partitions.daily("days", { start: "1969-12-31", timezone: "Europe/Berlin" }))).toStrictEqual([
    "The start 1969-12-31 is before 1970. Start at 1970-01-01 or later."
  ])
  expect(problemsOf(Partitions.hourly("hours", { start: "today", end: "2024-08", endOffset: 0.5 }))).toStrictEqual([
    "endOffset is 0.5. Use a whole number from -10000 to 10000.",
    "The start today is not an hour. Write it as 2024-08-01T02.",
    "The end 2024-08 is not an hour. Write it as 2024-08-01T02."
  ])
  expect(problemsOf(Partitions.daily("days", { start: "2024-08-02", end: "2024-08-01" }))).toStrictEqual([
    "The end 2024-08-01 is before the start 2024-08-02. Give a later end."
  ])
  expect(problemsOf(Partitions.daily("days", { start: "2024-08-02", timezone: "Mars/Olympus" }))).toStrictEqual([
    'There is no time zone "Mars/Olympus". Use a name of the IANA database, such as Europe/Berlin.'
  ])
  expect(problemsOf(Partitions.fixed("regions", ["eu", "us", "eu", ""]))).toStrictEqual(["Key 4 is empty. Give it a text."])
  expect(problemsOf(Partitions.fixed("regions", ["eu", "us", "eu"]))).toStrictEqual(["The key eu is listed twice."])
  const broken = { region: Partitions.fixed("regions", [""]), day: Partitions.daily("days", { start: "x" }) }
  expect(problemsOf(Partitions.product("day_region", broken))).toStrictEqual([
    "region: Key 1 is empty. Give it a text.",
    "day: The start x is not a day. Write it as 2024-08-01."
  ])
})

it("a window keeps its stored ordinal when the set starts earlier", () => {
  const ordinals = (start: string) => {
    const { all, keyOf, windows } = at(Partitions.daily("days", { start }))
    return new Map(
      [...Runs.ranges(all)].flatMap(([from, to]) =>
        Array.from({ length: to - from }, (_, by) => [keyOf(from + by), windows?.ordinalOf(from + by)] as const)
      )
    )
  }
  const [later, earlier] = [ordinals("2024-08-02"), ordinals("2023-01-01")]
  expect([...later].map(([key]) => earlier.get(key))).toStrictEqual([...later.values()])
})

it("a product has a cell for each combination, and its days of one region are next to each other", () => {
  const cells = at(Partitions.product("day_region", { region: regions, day: days }))
  expect(keysOf(cells)).toStrictEqual(
    ["eu", "us"].flatMap((region) => ["01", "02", "03", "04"].map((day) => `${region}|2024-08-${day}`))
  )
  expect(keysOf(cells).map(cells.indexOf)).toStrictEqual([0, 1, 2, 3, 4, 5, 6, 7].map((index) => Either.right(index)))
  expect([cells.indexOf("eu"), cells.indexOf("eu|2025-01-01"), cells.indexOf("xx|2024-08-01")]).toStrictEqual([
    Either.left("has 1 of 2 parts. Write it as region|day."),
    Either.left("is not a partition: its day is not complete yet: it ends at 2025-01-02T00:00:00.000Z."),
    Either.left("is not a partition: its region is not a partition of regions. Did you mean eu or us?")
  ])
})

it("the cells of an excluded day are no partitions, whatever their region", () => {
  const some = Partitions.daily("days", { start: "2024-08-01", exclude: ["2024-08-02"] })
  expect(Runs.size(at(Partitions.product("day_region", { day: some, region: regions })).all)).toBe(6)
})

it("a dynamic set has the keys that the store keeps", () => {
  const customers = Partitions.dynamic("customers")
  expect(keysOf(at(customers, { now, keysOf: (name) => (name === "customers" ? ["7", "9"] : []) }))).toStrictEqual([
    "7",
    "9"
  ])
  expect(keysOf(at(customers))).toStrictEqual([])
})

it("a key is written by its set, and read with what is wrong", () => {
  const named = Partitions.fixed("named", ["a|b", "c", 7])
  expect([Partitions.key(days, "2024-08-01"), Partitions.key(named, "a|b"), Partitions.key(named, "7")]).toStrictEqual([
    "2024-08-01",
    "a%7Cb",
    "7"
  ])
  expect(["a|b", "a%7Cb", "x"].map((text) => Partitions.parseKey(named, text, { now }))).toStrictEqual([
    Either.right("a%7Cb"),
    Either.right("a%7Cb"),
    Either.left("x is not a partition of named. Did you mean 7 or c?")
  ])
  expect(Partitions.parseKey(days, "2024-08", { now })).toStrictEqual(
    Either.left("2024-08 is not a day. Write it as 2024-08-01.")
  )
  expect(Partitions.parseKey(Partitions.daily("broken", { start: "x" }), "2024-08-01", { now })).toStrictEqual(
    Either.left('The partitions "broken" are not valid:\n  - The start x is not a day. Write it as 2024-08-01.')
  )
})

it.prop(
  "a text can be a key, is found again by it, and is safe in a path and beside | and ..",
  [FastCheck.uniqueArray(FastCheck.string({ minLength: 1, unit: "grapheme" }), { minLength: 1, maxLength: 5 })],
  ([drawn]) => {
    const texts = drawn.filter((text) => PartitionKey.problemsOf([text]).length === 0)
    FastCheck.pre(texts.length > 0)
    const set = Partitions.product("pairs", {
      one: Partitions.fixed("ones", texts),
      two: Partitions.fixed("twos", ["a|b", ".."])
    })
    const space = at(set)
    const keys = keysOf(space)
    expect(new Set(keys).size).toBe(texts.length * 2)
    expect(keys.map(space.indexOf)).toStrictEqual(keys.map((_, index) => Either.right(index)))
    expect(keys.filter((key) => /[/\\\s]|\.\.|^\.|\.$/.test(key.replace("|", "x")))).toStrictEqual([])
    expect(texts.map((text) => PartitionKey.unescape(PartitionKey.escape(text)))).toStrictEqual(texts)
  }
)
