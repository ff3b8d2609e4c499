import * as Either from "effect/Either"
import * as Calendar from "./Calendar.ts"
import * as TimeGrid from "./TimeGrid.ts"

/**
 * The days `[from, to)` of a year, month, week or day that is longer than a granularity's windows: `2024`, `2024-08`, `2024-W31`, or
 * `2024-08-01`. Undefined for any other text.
 */
export const coarseDays = (
  granularity: TimeGrid.Granularity,
  text: string
): readonly [from: number, to: number] | undefined => {
  const ofGrid = (grid: TimeGrid.TimeGrid): readonly [number, number] | undefined =>
    Either.match(grid.parse(text), {
      onLeft: () => undefined,
      onRight: (number) => [grid.ordinalOf(number), grid.ordinalOf(number + 1)]
    })
  const readers = {
    year: () => (/^\d{4}$/.test(text) ? ([firstOf(Number(text)), firstOf(Number(text) + 1)] as const) : undefined),
    month: () => ofGrid(months),
    week: () => ofGrid(weeks),
    day: () => {
      const day = Calendar.dayOf(text)
      return day === undefined ? undefined : ([day, day + 1] as const)
    }
  }
  return longer[TimeGrid.isLength(granularity) ? granularity : "hour"]
    .map((one) => readers[one]())
    .find((days) => days !== undefined)
}

const longer = {
  hour: ["year", "month", "week", "day"],
  day: ["year", "month", "week"],
  week: ["year", "month"],
  month: ["year"]
} as const

const months = TimeGrid.make("month", "UTC", 0)
const weeks = TimeGrid.make("week", "UTC", 0)
const firstOf = (year: number) => Date.UTC(year, 0, 1) / Calendar.day
