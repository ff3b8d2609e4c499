import * as Either from "effect/Either"
import * as Calendar from "./Calendar.ts"
import * as CronPattern from "./CronPattern.ts"
import * as cronGrid from "./cronGrid.ts"
import * as Hours from "./Hours.ts"
import * as Repeats from "./repeats.ts"
import * as Ticks from "./Ticks.ts"
import * as ZoneTable from "./ZoneTable.ts"

/**
 * The time windows of one granularity in one zone, numbered without gaps. A number is only valid within a process: new zone data
 * may move it. What is stored is an ordinal.
 */
export interface TimeGrid {
  /** The instant that a window starts at, in milliseconds since the epoch. The next window's start is its end. */
  readonly startOf: (number: number) => number
  /** The last window that has started at an instant. */
  readonly numberAt: (instant: number) => number
  /** What is stored for a window: the second that an hour starts at, or the number of the first day. */
  readonly ordinalOf: (number: number) => number
  /** The window with an ordinal; undefined if there is none. */
  readonly numberOf: (ordinal: number) => number | undefined
  /** The first window whose ordinal is at least this. */
  readonly numberFrom: (ordinal: number) => number
  /** What an ordinal counts. */
  readonly unit: "second" | "day"
  readonly keyOf: (number: number) => string
  /** Reads a key, or else says what is wrong: it completes a sentence that begins with the key. */
  readonly parse: (key: string) => Either.Either<number, string>
  /** The first window that starts on a date or after it, and the first one that starts after it. Not before 1970. */
  readonly datesFrom: (dayNumber: number) => readonly [from: number, to: number]
  /** The numbers from `from` to before `to` that no window has, because the zone skips the date. */
  readonly missing: (from: number, to: number) => ReadonlyArray<number>
}

/** How long windows are: of one length of the calendar, or from one tick of a cron expression to the next. */
export type Granularity = Length | Cron
export type Length = "hour" | "day" | "week" | "month"
export type Cron = `cron ${string}`

/** The cron expression of a granularity; undefined if it has none. */
export const expressionOf = (granularity: Granularity): string | undefined =>
  granularity.startsWith("cron ") ? granularity.slice(5) : undefined

/** Whether a granularity is a length of the calendar. */
export const isLength = (granularity: Granularity): granularity is Length => expressionOf(granularity) === undefined

/** The grid of a granularity in a zone, right until an instant at least. A cron expression must be one that `CronPattern` reads. */
export const make = (granularity: Granularity, zone: string, until: number): TimeGrid => {
  const table = ZoneTable.of(zone, until)
  const calendar = Calendar.make(table)
  const grid = gridOf(granularity, zone, table, calendar)
  const firstFrom = (instant: number) => {
    const number = grid.numberAt(instant)
    return Math.max(0, grid.startOf(number) < instant ? number + 1 : number)
  }
  return {
    ...grid,
    numberOf: (ordinal) => {
      const number = grid.numberFrom(ordinal)
      return number >= 0 && grid.ordinalOf(number) === ordinal ? number : undefined
    },
    datesFrom: (dayNumber) => [firstFrom(calendar.startOf(dayNumber)), firstFrom(calendar.startOf(dayNumber + 1))]
  }
}

const gridOf = (granularity: Granularity, zone: string, table: ZoneTable.ZoneTable, calendar: Calendar.Calendar): Grid => {
  if (!isLength(granularity)) {
    const expression = granularity.slice(5)
    return cronGrid.make(Ticks.make(Either.getOrThrow(CronPattern.parse(expression)), table), expression, zone)
  }
  switch (granularity) {
    case "hour":
      return hours(Hours.make(table), zone)
    case "day":
      return days(calendar, zone)
    case "week":
      return weeks(calendar)
    case "month":
      return months(calendar)
  }
}

type Grid = Omit<TimeGrid, "datesFrom" | "numberOf">

const hours = ({ numberAt, shownAt, showing, startOf }: Hours.Hours, zone: string): Grid => {
  const textOf = (shown: number) => new Date(shown).toISOString().slice(0, 13)

  const keyOf = (number: number): string => {
    const shown = shownAt(startOf(number))
    return `${textOf(shown)}${Repeats.letterOf(showing(shown), number)}`
  }

  const parse = (key: string): Either.Either<number, string> => {
    const [, date = "", at = "", letter = ""] = /^(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-3])([a-z]?))?$/.exec(key) ?? []
    const dayNumber = Calendar.dayOf(date)
    if (dayNumber === undefined || at === "") return Either.left("is not an hour. Write it as 2024-08-01T02.")
    const shown = dayNumber * Calendar.day + Number(at) * Hours.hour
    const [first, ...others] = showing(shown)
    if (first === undefined) return Either.left(`is an hour that the clock of ${zone} skips.`)
    return Repeats.find([first, ...others], { time: textOf(shown), letter, zone })
  }

  return {
    startOf,
    numberAt,
    keyOf,
    parse,
    ordinalOf: (number) => startOf(number) / 1000,
    numberFrom: (ordinal) => numberAt(ordinal * 1000 - 1) + 1,
    unit: "second",
    missing: () => []
  }
}

const days = (calendar: Calendar.Calendar, zone: string): Grid => ({
  startOf: calendar.startOf,
  numberAt: calendar.dayAt,
  ordinalOf: (number) => number,
  numberFrom: (ordinal) => ordinal,
  unit: "day",
  keyOf: Calendar.dateOf,
  parse: (key) => {
    const number = Calendar.dayOf(key)
    if (number === undefined) return Either.left("is not a day. Write it as 2024-08-01.")
    return calendar.exists(number) ? Either.right(number) : Either.left(`is a day that the calendar of ${zone} skips.`)
  },
  missing: (from, to) => {
    // Dates and 24-hour days agree in length over a whole range unless a date is skipped in it.
    const skipped: Array<number> = []
    for (let number = from; number < to; number += probe) {
      const end = Math.min(to, number + probe)
      if (calendar.startOf(end) - calendar.startOf(number) > (end - number) * Calendar.day - 12 * Hours.hour) continue
      for (let at = number; at < end; at++) if (!calendar.exists(at)) skipped.push(at)
    }
    return skipped
  }
})

const probe = 366

/** ISO 8601 weeks, from Monday to Sunday: https://en.wikipedia.org/wiki/ISO_week_date. 1970-01-01 was a Thursday. */
const weeks = (calendar: Calendar.Calendar): Grid => {
  const mondayOf = (number: number) => number * 7 - 3
  const keyOf = (number: number): string => {
    // A week belongs to the year of its Thursday.
    const thursday = mondayOf(number) + 3
    const year = Calendar.dateOf(thursday).slice(0, 4)
    const first = Date.UTC(Number(year), 0, 1) / Calendar.day
    return `${year}-W${String(Math.floor((thursday - first) / 7) + 1).padStart(2, "0")}`
  }
  return {
    startOf: (number) => calendar.startOf(mondayOf(number)),
    numberAt: (instant) => Math.floor((calendar.dayAt(instant) + 3) / 7),
    ordinalOf: mondayOf,
    numberFrom: (ordinal) => Math.ceil((ordinal + 3) / 7),
    unit: "day",
    keyOf,
    parse: (key) => {
      const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(key) ?? []
      if (year === undefined) return Either.left("is not a week. Write it as 2024-W31.")
      // The first week is the one with 4 January in it.
      const number = Math.floor((Date.UTC(Number(year), 0, 4) / Calendar.day + 3) / 7) + Number(week) - 1
      return keyOf(number) === key ? Either.right(number) : Either.left(`is a week that ${year} does not have.`)
    },
    missing: () => []
  }
}

const months = (calendar: Calendar.Calendar): Grid => {
  const firstOf = (number: number) => Date.UTC(1970, number, 1) / Calendar.day
  const monthOf = (dayNumber: number) => {
    const date = new Date(dayNumber * Calendar.day)
    return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
  }
  return {
    startOf: (number) => calendar.startOf(firstOf(number)),
    numberAt: (instant) => monthOf(calendar.dayAt(instant)),
    ordinalOf: firstOf,
    numberFrom: (ordinal) => monthOf(ordinal - 1) + 1,
    unit: "day",
    keyOf: (number) => Calendar.dateOf(firstOf(number)).slice(0, 7),
    parse: (key) => {
      const dayNumber = Calendar.dayOf(`${key}-01`)
      return dayNumber === undefined || key.length !== 7
        ? Either.left("is not a month. Write it as 2024-08.")
        : Either.right(monthOf(dayNumber))
    },
    missing: () => []
  }
}
