import { expect, it } from "@effect/vitest"
import * as Calendar from "@sluice/core/partition/internal/Calendar"
import * as Hours from "@sluice/core/partition/internal/Hours"
import * as TimeGrid from "@sluice/core/partition/internal/TimeGrid"
import * as ZoneTable from "@sluice/core/partition/internal/ZoneTable"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { clockOf, nearTransition } from "./clock.ts"

const minute = 60_000
const until = Date.UTC(2038, 0, 1)
const table = (zone: string) => ZoneTable.of(zone, until)

/** The minutes of three days around an instant. */
const minutesAround = (at: number): ReadonlyArray<number> =>
  Array.from({ length: 4320 }, (_, index) => at - 36 * Hours.hour + index * minute)

it.prop("an hour starts at each minute at which the zone's clock shows a full hour", [nearTransition], ([{ at, zone }]) => {
  const clock = clockOf(zone)
  const minutes = minutesAround(at)
  const hours = Hours.make(table(zone))
  const full = minutes.filter((instant) => clock(instant) % Hours.hour === 0)
  const first = hours.numberAt(full[0] ?? 0)
  expect(full.map((_, index) => hours.startOf(first + index))).toStrictEqual(full)
  expect(minutes.filter((instant) => instant >= (full[0] ?? 0)).map(hours.numberAt)).toStrictEqual(
    minutes
      .filter((instant) => instant >= (full[0] ?? 0))
      .map((instant) => first - 1 + full.filter((start) => start <= instant).length)
  )
})

it.prop("a day starts at the first minute at which the zone's clock shows its date", [nearTransition], ([{ at, zone }]) => {
  const clock = clockOf(zone)
  const minutes = minutesAround(at)
  const calendar = Calendar.make(table(zone))
  let latest = Math.floor(clock(minutes[0] ?? 0) / Calendar.day)
  const starts = minutes.flatMap((instant) => {
    const shown = Math.floor(clock(instant) / Calendar.day)
    if (shown <= latest) return []
    const skipped = Array.from({ length: shown - latest }, (_, index) => [latest + 1 + index, instant])
    latest = shown
    return skipped
  })
  expect(starts.map(([dayNumber = 0]) => [dayNumber, calendar.startOf(dayNumber)])).toStrictEqual(starts)
  expect(starts.map(([, instant = 0]) => [calendar.dayAt(instant - minute), calendar.dayAt(instant)])).toStrictEqual(
    starts.map(([, instant = 0]) => {
      const started = starts.filter(([, other = 0]) => other <= instant).map(([dayNumber = 0]) => dayNumber)
      const before = starts.filter(([, other = 0]) => other < instant).map(([dayNumber = 0]) => dayNumber)
      return [before.at(-1) ?? (starts[0]?.[0] ?? 0) - 1, started.at(-1)]
    })
  )
})

const sizes = ["hour", "day", "week", "month", "cron */30 * * * *"] as const

/** Windows around an instant that are not found again by their key, their ordinal or their instants. */
const lostNear = (size: TimeGrid.Granularity, zone: string, at: number): ReadonlyArray<number> => {
  const grid = TimeGrid.make(size, zone, until)
  const middle = grid.numberAt(at)
  return Array.from({ length: 60 }, (_, index) => middle - 30 + index).filter((number) => {
    const [start, end] = [grid.startOf(number), grid.startOf(number + 1)]
    if (start === end) return false
    const found = [
      Either.getOrUndefined(grid.parse(grid.keyOf(number))),
      grid.numberOf(grid.ordinalOf(number)),
      grid.numberAt(start),
      grid.numberAt(end - 1)
    ]
    return found.some((other) => other !== number)
  })
}

it.prop(
  "every window is found again by its key, its ordinal and its instants",
  [nearTransition, FastCheck.constantFrom(...sizes)],
  ([{ at, zone }, size]) => {
    expect(lostNear(size, zone, at)).toStrictEqual([])
  }
)

it("every window is found again beside one shift of each size in each zone: Vostok's clock was set back by seven hours", () => {
  const shifts = Intl.supportedValuesOf("timeZone").flatMap((zone) => {
    const { offsets, since } = table(zone)
    const bySize = new Map(
      since.flatMap((at, entry) =>
        at < Date.UTC(1973, 0, 1) ? [] : [[(offsets[entry] ?? 0) - (offsets[entry - 1] ?? 0), at] as const]
      )
    )
    return [...bySize].map(([shift, at]) => ({ zone, shift, at }))
  })
  expect(Math.min(...shifts.map(({ shift }) => shift))).toBe(-7 * Hours.hour)
  expect(shifts.flatMap((shift) => sizes.flatMap((size) => lostNear(size, shift.zone, shift.at)))).toStrictEqual([])
})

it.prop("keys of days, weeks and months sort as their windows do", [nearTransition], ([{ at, zone }]) => {
  for (const size of ["day", "week", "month"] as const) {
    const grid = TimeGrid.make(size, zone, until)
    const middle = grid.numberAt(at)
    const keys = Array.from({ length: 40 }, (_, index) => grid.keyOf(middle - 20 + index))
    expect([...keys].sort()).toStrictEqual(keys)
  }
})

/** The hours that pass in a year, by the zone's own clock at its two ends. */
const hoursOf = (zone: string, year: number) => {
  const calendar = Calendar.make(table(zone))
  const [from, to] = [Date.UTC(year, 0, 1) / Calendar.day, Date.UTC(year + 1, 0, 1) / Calendar.day]
  const { numberAt } = Hours.make(table(zone))
  const passed = (calendar.startOf(to) - calendar.startOf(from)) / Hours.hour
  return { passed, counted: numberAt(calendar.startOf(to)) - numberAt(calendar.startOf(from)) }
}

it("a local year has the hours that pass in it, except where a zone shifts by a part of an hour", () => {
  const years = Array.from({ length: 38 }, (_, index) => 2000 + index)
  const different = Intl.supportedValuesOf("timeZone").filter((zone) =>
    years.some((year) => {
      const { counted, passed } = hoursOf(zone, year)
      return counted !== passed
    })
  )
  expect(different).toStrictEqual([
    "America/Caracas",
    "Asia/Colombo",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Pacific/Norfolk"
  ])
})

it("Apia skips 30 December 2011, and the day before ends where the day after starts", () => {
  const grid = TimeGrid.make("day", "Pacific/Apia", until)
  const first = Either.getOrThrow(grid.parse("2011-12-29"))
  expect(grid.missing(first, first + 5)).toStrictEqual([first + 1])
  expect(grid.parse("2011-12-30")).toStrictEqual(Either.left("is a day that the calendar of Pacific/Apia skips."))
  expect(grid.startOf(first + 1)).toBe(grid.startOf(first + 2))
})

it("an hour that a clock repeats has two keys, and the bare one is refused with both", () => {
  const grid = TimeGrid.make("hour", "Europe/Berlin", until)
  const first = Either.getOrThrow(grid.parse("2024-10-27T01"))
  expect([1, 2, 3].map((by) => grid.keyOf(first + by))).toStrictEqual(["2024-10-27T02a", "2024-10-27T02b", "2024-10-27T03"])
  expect([
    grid.parse("2024-10-27T02"),
    grid.parse("2024-03-31T02"),
    grid.parse("2024-08-01T02a"),
    grid.parse("2024-10-27T02c"),
    grid.parse("2024-10-27T05c"),
    grid.parse("2024-08-01")
  ]).toStrictEqual([
    Either.left("comes twice in Europe/Berlin. Write 2024-10-27T02a or 2024-10-27T02b."),
    Either.left("is an hour that the clock of Europe/Berlin skips."),
    Either.left("has the letter a, and 2024-08-01T02 comes once in Europe/Berlin. Write 2024-08-01T02."),
    Either.left("has the letter c, and 2024-10-27T02 comes twice in Europe/Berlin. Write 2024-10-27T02a or 2024-10-27T02b."),
    Either.left("has the letter c, and 2024-10-27T05 comes once in Europe/Berlin. Write 2024-10-27T05."),
    Either.left("is not an hour. Write it as 2024-08-01T02.")
  ])
})

it("all hours of a day that a clock is set back by seven hours have keys of their own", () => {
  const grid = TimeGrid.make("hour", "Antarctica/Vostok", until)
  const first = Either.getOrThrow(grid.parse("1994-01-31T16"))
  expect([1, 7, 8, 14, 15].map((by) => grid.keyOf(first + by))).toStrictEqual([
    "1994-01-31T17a",
    "1994-01-31T23a",
    "1994-01-31T17b",
    "1994-01-31T23b",
    "1994-02-01T00"
  ])
})

it("weeks are those of ISO 8601 at the ends of years", () => {
  const grid = TimeGrid.make("week", "UTC", until)
  const keys = ["2004-12-31", "2005-01-01", "2005-01-03", "2008-12-29", "2020-12-31", "2021-01-04"].map((date) =>
    grid.keyOf(grid.numberAt(Date.parse(`${date}T12:00:00Z`)))
  )
  expect(keys).toStrictEqual(["2004-W53", "2004-W53", "2005-W01", "2009-W01", "2020-W53", "2021-W01"])
  expect(grid.parse("2021-W53")).toStrictEqual(Either.left("is a week that 2021 does not have."))
})
