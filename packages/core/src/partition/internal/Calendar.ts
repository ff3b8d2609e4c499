import { lastAtMost } from "./lastAtMost.ts"
import * as ZoneTable from "./ZoneTable.ts"

/** Milliseconds of a day of 24 hours. */
export const day = 86_400_000

/**
 * The days of a time zone, by number: 0 is 1970-01-01. A day starts at the first instant at which the zone's clock shows its date.
 * In some zones that is not midnight, and days of 17 and of 31 hours have been. If the clock is set back past midnight, the day has
 * started already. A date that the zone skips (Apia has no 2011-12-30) starts at the same instant as the next one.
 */
export interface Calendar {
  readonly startOf: (dayNumber: number) => number
  /** The last day that has started at an instant. */
  readonly dayAt: (instant: number) => number
  /** Whether the zone's clock ever shows the date. */
  readonly exists: (dayNumber: number) => boolean
}

/** The calendar of a table's zone. A lookup is a binary search. */
export const make = (table: ZoneTable.ZoneTable): Calendar => {
  const { offsets, since } = table
  const latestShown = running(table)

  const startOf = (dayNumber: number): number => {
    const midnight = dayNumber * day
    const at = lastAtMost(latestShown, midnight) + 1
    return Math.max(since[at] ?? 0, midnight - (offsets[at] ?? 0))
  }

  const dayAt = (instant: number): number => {
    let dayNumber = Math.floor((instant + (offsets[ZoneTable.entryAt(table, instant)] ?? 0)) / day)
    while (startOf(dayNumber + 1) <= instant) dayNumber++
    return dayNumber
  }

  return { startOf, dayAt, exists: (dayNumber) => startOf(dayNumber) < startOf(dayNumber + 1) }
}

/** The latest time that the clock has shown by the end of each entry. */
const running = ({ offsets, since }: ZoneTable.ZoneTable): ReadonlyArray<number> => {
  let latest = Number.NEGATIVE_INFINITY
  return offsets.map((offset, at) => {
    latest = Math.max(latest, (since[at + 1] ?? Number.POSITIVE_INFINITY) + offset)
    return latest
  })
}

/** A day's date, as `2024-08-01`. */
export const dateOf = (dayNumber: number): string => new Date(dayNumber * day).toISOString().slice(0, 10)

/** The number of a date such as `2024-08-01`; undefined if the calendar has no such date. */
export const dayOf = (date: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined
  const millis = Date.parse(`${date}T00:00:00.000Z`)
  return Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== date ? undefined : millis / day
}
