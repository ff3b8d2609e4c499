import { expect, it } from "@effect/vitest"
import { DynamicKeys, escapedForRemoval } from "@sluice/core/partition/DynamicKeys"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as ZoneTable from "@sluice/core/partition/internal/ZoneTable"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

const now = Date.parse("2024-11-10T00:00:00Z")

/** The problems of a set, or the number of its partitions. */
const told = (set: Partitions.Any, keysOf?: () => ReadonlyArray<string>) =>
  Either.match(set.at({ now, ...(keysOf === undefined ? {} : { keysOf }) }), {
    onLeft: ({ problems }): unknown => problems,
    onRight: ({ size }) => size
  })

const weekly = (start: string) => told(Partitions.weekly("weeks", { start }))

// Regression: a start that could not be read counted as window 0, which begins before 1970 in weeks and ticks.
it("a start that cannot be read is refused for what it is, and not as before 1970", () => {
  expect(["2024-08", "2024-W60", "x", ""].map(weekly)).toStrictEqual([
    ["The start 2024-08 is not a week. Write it as 2024-W31."],
    ["The start 2024-W60 is a week that 2024 does not have."],
    ["The start x is not a week. Write it as 2024-W31."],
    ['The start "" is not a week. Write it as 2024-W31.']
  ])
  expect(told(Partitions.every("mornings", { cron: "0 6 * * *", start: "2024-08-01T00:10" }))).toStrictEqual([
    "The start 2024-08-01T00:10 is not a tick of 0 6 * * * in UTC. Those around it are 2024-07-31T06:00 and 2024-08-01T06:00."
  ])
})

it("a start before 1970 is refused with the first window after it, in every granularity", () => {
  expect([
    ...["1969-12-30", "1970-W01", "1970-W02"].map(weekly),
    told(Partitions.monthly("months", { start: "1969-12" })),
    told(Partitions.monthly("months", { start: "1969-12-02" })),
    told(Partitions.hourly("hours", { start: "1969-12-31", timezone: "Europe/Berlin" }))
  ]).toStrictEqual([
    ["The start 1969-12-30 is before 1970. Start at 1970-W02 or later."],
    ["The start 1970-W01 is before 1970. Start at 1970-W02 or later."],
    2861,
    ["The start 1969-12 is before 1970. Start at 1970-01 or later."],
    ["The start 1969-12-02 is before 1970. Start at 1970-01 or later."],
    ["The start 1969-12-31 is before 1970. Start at 1970-01-01T01 or later."]
  ])
})

// Regression: the hour from 1969-12-31T23:00Z on had the number -1, and the key `1970-01-01T00undefined`.
it("the hours of a zone begin with the first one after the epoch", () => {
  const hours = Partitions.hourly("hours", { start: "1970-01-01", end: "1970-01-01", timezone: "Europe/Berlin" })
  const { keyOf, size } = Either.getOrThrow(hours.at({ now }))
  expect([keyOf(0), keyOf(size - 1), size]).toStrictEqual(["1970-01-01T01", "1970-01-01T23", 23])
})

it("an end that cannot be read, or before which nothing starts, is refused for what it is", () => {
  const daily = (end: string) => told(Partitions.daily("days", { start: "2024-08-05", end }))
  expect([
    daily("x"),
    daily("2024-08-04"),
    daily("2024-08-05"),
    told(Partitions.monthly("months", { start: "2024-08-05", end: "2024-08-20" }))
  ]).toStrictEqual([
    ["The end x is not a day. Write it as 2024-08-01."],
    ["The end 2024-08-04 is before the start 2024-08-05. Give a later end."],
    1,
    ["No partition starts from 2024-08-05 to 2024-08-20. Give a later end."]
  ])
})

// Regression: the zone's table was made until the year 10000. That took more than a second, and the set had NaN partitions.
it("an end that is never reached costs no table until then", () => {
  const timezone = "America/Nuuk"
  const open = { start: "2024-11-08", timezone }
  expect([
    told(Partitions.daily("days", { ...open, end: "9999-12-31" })),
    told(Partitions.hourly("hours", { ...open, end: "9999-12-31T23" })),
    told(Partitions.daily("days", open)),
    told(Partitions.hourly("hours", open))
  ]).toStrictEqual([1, 46, 1, 46])
  expect(ZoneTable.of(timezone, 0).until).toBeLessThan(Date.UTC(2150, 0, 1))
})

it("an exclusion that means nothing is refused once, with what is wrong", () => {
  const excluding = (...exclude: ReadonlyArray<string>) => told(Partitions.daily("days", { start: "2024-08-01", exclude }))
  expect([
    excluding("2024-12-26..2024-12-24"),
    excluding("x"),
    excluding("x", "x..y", "2024-08-01..x"),
    excluding("2024-08-02..", ".."),
    excluding("2024-08-02..2024-08-03..2024-08-04"),
    excluding(" 2024-08-02")
  ]).toStrictEqual([
    ["The exclusion 2024-12-26..2024-12-24 ends before it starts. Write 2024-12-24..2024-12-26."],
    ["The exclusion x is not a day. Write it as 2024-08-01."],
    [
      "The exclusion x is not a day. Write it as 2024-08-01.",
      "The exclusion x..y has a wrong end: x is not a day. Write it as 2024-08-01. y is not a day. Write it as 2024-08-01.",
      "The exclusion 2024-08-01..x has a wrong end: x is not a day. Write it as 2024-08-01."
    ],
    [
      "The exclusion 2024-08-02.. has an open end. Write it as FIRST..LAST.",
      "The exclusion .. has an open end. Write it as FIRST..LAST."
    ],
    ["The exclusion 2024-08-02..2024-08-03..2024-08-04 has more than one .. in it. Write it as FIRST..LAST."],
    ['The exclusion " 2024-08-02" is not a day. Write it as 2024-08-01.']
  ])
  const weeks = Partitions.weekly("weeks", { start: "2024-08-05", exclude: ["2024-W34..2024-W33"] })
  expect(told(weeks)).toStrictEqual(["The exclusion 2024-W34..2024-W33 ends before it starts. Write 2024-W33..2024-W34."])
  const hours = { start: "2024-08-01", end: "2024-08-03", exclude: ["2024-08-02", "2024-08-03T20..2024-08-03"] }
  expect(Either.map(Partitions.hourly("hours", hours).at({ now }), ({ all }) => Runs.size(all))).toStrictEqual(
    Either.right(24 + 20)
  )
})

it("a name that is not one word of a selection is refused, also of a dimension", () => {
  const named = (name: string) => told(Partitions.fixed(name, ["x"]))
  const problem = (what: string) => [
    `The ${what} has a name that cannot be written in commands. Use letters from A to Z, digits, _, -, . and /, at most 255.`
  ]
  expect(["", " ", "a b", "a:b", "a|b", "a,b", "*", "a\0b", "días", "x".repeat(256)].map(named)).toStrictEqual(
    Array.from({ length: 10 }, () => problem("set"))
  )
  expect(["days", "dayRegion", "day-region", "shop/days", "2024.days", "x".repeat(255)].map(named)).toStrictEqual([
    ...[1, 1, 1, 1, 1, 1]
  ])
  const one = Partitions.fixed("ones", ["x"])
  expect(told(Partitions.product("cells", { "a|b": one, c: one }))).toStrictEqual(problem('dimension "a|b"'))
})

it("a list without keys, and keys that are safe nowhere, are refused by their place", () => {
  expect(told(Partitions.fixed("regions", []))).toStrictEqual([
    "The set has no keys. List one, or use Partitions.dynamic if code adds them."
  ])
  expect(
    told(
      Partitions.fixed("regions", [
        ...["", "nul\0", "escape\u001b[0m", "half \ud800", " a", "a\u00a0", "é".repeat(101), "|".repeat(67)],
        ...[0.5, 1e21, "é".repeat(100), "|".repeat(66), "a b", "..", 7]
      ])
    )
  ).toStrictEqual([
    "Key 1 is empty. Give it a text.",
    "Key 2 holds a control character, such as a line break. Remove it, or use an id of your own.",
    "Key 3 holds a control character, such as a line break. Remove it, or use an id of your own.",
    "Key 4 holds half of a surrogate pair. Repair the text, or use an id of your own as the key.",
    "Key 5 begins or ends with white space. Remove it, also from the rows of the partition.",
    "Key 6 begins or ends with white space. Remove it, also from the rows of the partition.",
    "Key 7 has 202 bytes of UTF-8 as it is written, and may have 200. Use a shorter id as the key.",
    "Key 8 has 201 bytes of UTF-8 as it is written, and may have 200. Use a shorter id as the key.",
    "Key 9 is not a whole number up to 2^53. Write it as text.",
    "Key 10 is not a whole number up to 2^53. Write it as text."
  ])
})

it("a mapping moves windows by whole partitions only", () => {
  const days = Partitions.daily("days", { start: "2024-08-01" })
  const space = Either.getOrThrow(days.at({ now }))
  const moved = (offset: number) =>
    Either.match(Mapping.overlap(days, days, { offset }).between(space, space), {
      onLeft: (told) => told,
      onRight: () => []
    })
  expect([0.5, Number.NaN, -1].map(moved)).toStrictEqual([
    ["The offset between days and days is 0.5. Use a whole number of partitions."],
    ["The offset between days and days is NaN. Use a whole number of partitions."],
    []
  ])
})

it.effect("keys that an earlier version kept are still partitions, and can be removed", () =>
  Effect.gen(function* () {
    const customers = Partitions.dynamic("customers")
    const old = ["nul\0", "a ", "é".repeat(255)]
    expect(told(customers, () => old)).toBe(3)
    expect(escapedForRemoval([...old, "\ud800", "x".repeat(256)])).toStrictEqual(["nul%00", "a%20", "é".repeat(255)])
    const keys = yield* DynamicKeys
    yield* keys.add(customers, ["acme"])
    yield* keys.remove(customers, ["a ", "acme"])
    expect([...(yield* keys.all)]).toStrictEqual([])
  }).pipe(Effect.provide(DynamicKeys.layerMemory))
)
