import * as Cron from "effect/Cron"
import * as Either from "effect/Either"
import * as Calendar from "./Calendar.ts"
import { lastAtMost } from "./lastAtMost.ts"

/** The times of a cron expression on a clock without shifts, counted from `CronPattern.base`. Times are milliseconds. */
export interface CronPattern {
  /** The number of times before a time. */
  readonly countBefore: (time: number) => number
  /** The n-th time, from 0; `CronPattern.end` if there are fewer. */
  readonly timeOf: (n: number) => number
}

/** The day before 1970: a zone's clock can show it at the epoch. */
export const base = -Calendar.day

/** No time is later than 2199. */
export const end = Date.UTC(2200, 0, 1)

/**
 * Reads five fields: minute, hour, day of month, month, day of week. Or else says what is wrong: it completes a sentence that begins
 * with the expression. Patterns are kept for the process; one takes some ms and 330 KB.
 */
export const parse = (expression: string): Either.Either<CronPattern, string> => {
  const known = patterns.get(expression)
  if (known !== undefined) return known
  const read = readFields(expression)
  patterns.set(expression, read)
  return read
}

const patterns = new Map<string, Either.Either<CronPattern, string>>()

const readFields = (expression: string): Either.Either<CronPattern, string> => {
  const fields = expression.split(" ")
  if (fields.length !== 5) {
    return Either.left(
      `has ${fields.length} field${fields.length === 1 ? "" : "s"}. Write five, such as 30 6 * * 1-5 for 06:30 on weekdays.`
    )
  }
  const parsed = Cron.parse(expression)
  if (Either.isLeft(parsed)) return Either.left(`has a wrong field: ${parsed.left.message}.`)
  // As in Vixie cron: a day that is `*` or a step of it is not given.
  const isAnd = [fields[2], fields[4]].some((field) => field?.startsWith("*"))
  const pattern = make(parsed.right, isAnd)
  return pattern.timeOf(0) === end ? Either.left("never ticks: no month has that day.") : Either.right(pattern)
}

const make = (cron: Cron.Cron, isAnd: boolean): CronPattern => {
  const every = (values: ReadonlySet<number>, below: number) =>
    values.size === 0 ? Array.from({ length: below }, (_, value) => value) : [...values].sort((a, b) => a - b)
  const times = every(cron.hours, 24).flatMap((hour) =>
    every(cron.minutes, 60).map((minute) => (hour * 60 + minute) * 60_000)
  )
  // How many days with times there are before each day.
  const first = base / Calendar.day
  const days = new Int32Array((end - base) / Calendar.day + 1)
  for (let at = 1; at < days.length; at++) {
    days[at] = (days[at - 1] ?? 0) + (isOn(cron, isAnd, (first + at - 1) * Calendar.day) ? 1 : 0)
  }
  const lastDay = days.length - 1

  const countBefore = (time: number): number => {
    const at = Math.floor((time - base) / Calendar.day)
    if (at < 0) return 0
    if (at >= lastDay) return (days[lastDay] ?? 0) * times.length
    const before = days[at] ?? 0
    if (days[at + 1] === before) return before * times.length
    return before * times.length + lastAtMost(times, time - base - at * Calendar.day - 1) + 1
  }

  const timeOf = (n: number): number => {
    if (n < 0) return base
    const day = Math.floor(n / times.length)
    if (day >= (days[lastDay] ?? 0)) return end
    return base + lastAtMost(days, day) * Calendar.day + (times[n - day * times.length] ?? 0)
  }

  return { countBefore, timeOf }
}

/** Whether a day of UTC has times: if both a day of month and a day of week are given, either is enough. */
const isOn = ({ days, months, weekdays }: Cron.Cron, isAnd: boolean, midnight: number): boolean => {
  const date = new Date(midnight)
  if (months.size > 0 && !months.has(date.getUTCMonth() + 1)) return false
  const [isDay, isWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())]
  if (days.size === 0 || weekdays.size === 0) return (days.size === 0 || isDay) && (weekdays.size === 0 || isWeekday)
  return isAnd ? isDay && isWeekday : isDay || isWeekday
}
