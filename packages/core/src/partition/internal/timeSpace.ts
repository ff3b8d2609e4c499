import * as Either from "effect/Either"
import { unsafeCast } from "../../internal/unsafeCast.ts"
import type { PartitionKey } from "../PartitionKey.ts"
import type { Space } from "../Space.ts"
import * as Calendar from "./Calendar.ts"
import * as CronPattern from "./CronPattern.ts"
import * as Runs from "./Runs.ts"
import * as TimeGrid from "./TimeGrid.ts"
import * as ZoneTable from "./ZoneTable.ts"

/** What a set of time windows is declared by. */
export interface Declaration {
  readonly granularity: TimeGrid.Granularity
  readonly start: string
  readonly end: string | undefined
  readonly timezone: string
  readonly endOffset: number
  readonly exclude: ReadonlyArray<string>
}

/** The windows that are complete at `now`, and `endOffset` more; or else every problem of the declaration. */
export const make = <Name extends string>(
  name: Name,
  { end, endOffset, exclude, granularity, start, timezone }: Declaration,
  now: number
): Either.Either<Space<Name>, ReadonlyArray<string>> => {
  const problems: Array<string> = []
  if (!ZoneTable.isKnown(timezone)) {
    return Either.left([`There is no time zone "${timezone}". Use a name of the IANA database, such as Europe/Berlin.`])
  }
  const expression = TimeGrid.expressionOf(granularity)
  const cron = expression === undefined ? undefined : CronPattern.parse(expression)
  if (cron !== undefined && Either.isLeft(cron)) return Either.left([`The cron expression ${expression} ${cron.left}`])
  const isOffset = Number.isInteger(endOffset) && Math.abs(endOffset) <= farthest
  if (!isOffset) problems.push(`endOffset is ${endOffset}. Use a whole number from -${farthest} to ${farthest}.`)
  const grid = TimeGrid.make(granularity, timezone, horizonOf(now, end, isOffset ? endOffset : 0))
  const taken = <A>(what: string, text: string, read: Either.Either<A, string>): A | undefined => {
    if (Either.isRight(read)) return read.right
    problems.push(`The ${what} ${/^\S+$/.test(text) ? text : JSON.stringify(text)} ${read.left}`)
    return undefined
  }

  const [earliest] = grid.datesFrom(0)
  const begin = taken("start", start, boundIn(grid, start, "first"))
  const declaredEnd = end === undefined ? Number.POSITIVE_INFINITY : taken("end", end, boundIn(grid, end, "last"))
  const startDay = Calendar.dayOf(start) ?? 0
  if (begin !== undefined && (begin < earliest || startDay < 0)) {
    problems.push(`The start ${start} is before 1970. Start at ${grid.keyOf(earliest)} or later.`)
  } else if (begin !== undefined && declaredEnd !== undefined && declaredEnd < begin) {
    problems.push(
      startDay <= (Calendar.dayOf(end ?? "") ?? -1)
        ? `No partition starts from ${start} to ${end}. Give a later end.`
        : `The end ${end} is before the start ${start}. Give a later end.`
    )
  }
  const exclusions = [...new Set(exclude)].flatMap((text) => {
    const range = taken("exclusion", text, exclusionIn(grid, text))
    return range === undefined ? [] : [range]
  })
  if (problems.length > 0 || begin === undefined || declaredEnd === undefined) return Either.left(problems)

  const first = begin
  const last = Math.min(declaredEnd, grid.numberAt(now) - 1 + endOffset)
  const size = Math.max(0, last - first + 1)
  const excluded = exclusions.map(([from, to]): readonly [number, number] => [from - first, to - first + 1])
  const missing = grid
    .missing(first, last + 1)
    .map((number): readonly [number, number] => [number - first, number - first + 1])
  const all = Runs.difference(Runs.all(size), Runs.fromRanges(size, [...excluded, ...missing]))
  const keyOf = (index: number): PartitionKey<Name> => unsafeCast(grid.keyOf(first + index))

  const indexOf = (key: string): Either.Either<number, string> =>
    Either.flatMap(grid.parse(key), (number) => {
      const index = number - first
      if (index < 0) return Either.left(`is before the first partition, ${grid.keyOf(first)}.`)
      if (number > declaredEnd) return Either.left(`is after the last partition, ${grid.keyOf(declaredEnd)}.`)
      if (index >= size) return Either.left(`is not complete yet: it ends at ${isoOf(grid.startOf(number + 1))}.`)
      return Runs.has(all, index) ? Either.right(index) : Either.left("is excluded.")
    })

  return Either.right({
    name,
    size,
    all,
    keyOf,
    indexOf,
    windows: {
      windowOf: (index) => ({ start: grid.startOf(first + index), end: grid.startOf(first + index + 1) }),
      indexAt: (instant) => grid.numberAt(instant) - first,
      ordinalOf: (index) => grid.ordinalOf(first + index),
      indexOfOrdinal: (ordinal) => {
        const number = grid.numberOf(ordinal)
        return number === undefined ? undefined : number - first
      },
      indexFrom: (ordinal) => grid.numberFrom(ordinal) - first,
      parse: (key) => Either.map(grid.parse(key), (number) => number - first),
      unit: grid.unit,
      granularity,
      timezone
    },
    dimensions: []
  })
}

/** A key of the grid, or a date: the first window that starts on it or after, or the last one that starts before it ends. */
const boundIn = (grid: TimeGrid.TimeGrid, text: string, side: "first" | "last"): Either.Either<number, string> => {
  const key = grid.parse(text)
  const dayNumber = Calendar.dayOf(text)
  if (Either.isRight(key) || dayNumber === undefined) return key
  const [from, to] = grid.datesFrom(dayNumber)
  return Either.right(side === "first" ? from : to - 1)
}

/** The first and the last window of an exclusion: of a key, a date, or a range of them. */
const exclusionIn = (
  grid: TimeGrid.TimeGrid,
  text: string
): Either.Either<readonly [first: number, last: number], string> => {
  if (!text.includes("..")) return Either.all([boundIn(grid, text, "first"), boundIn(grid, text, "last")])
  const [from = "", to = "", ...more] = text.split("..")
  if (more.length > 0) return Either.left("has more than one .. in it. Write it as FIRST..LAST.")
  const first = boundIn(grid, from, "first")
  const last = boundIn(grid, to, "last")
  if (Either.isRight(first) && Either.isRight(last)) {
    const [fromDay, toDay] = [Calendar.dayOf(from), Calendar.dayOf(to)]
    const isReversed = fromDay === undefined || toDay === undefined ? last.right < first.right : toDay < fromDay
    return isReversed ? Either.left(`ends before it starts. Write ${to}..${from}.`) : Either.right([first.right, last.right])
  }
  if (from === "" || to === "") return Either.left("has an open end. Write it as FIRST..LAST.")
  const wrong = [[from, first] as const, [to, last] as const].flatMap(([bound, read]) =>
    Either.isLeft(read) ? [`${bound} ${read.left}`] : []
  )
  return Either.left(`has a wrong end: ${[...new Set(wrong)].join(" ")}`)
}

/** The most windows beyond the last complete one. */
const farthest = 10_000

/** The zone table must reach past the last window. An end that says "never", such as 9999-12-31, needs no table until then. */
const horizonOf = (now: number, end: string | undefined, endOffset: number): number => {
  const year = Math.min(Number(end?.slice(0, 4) ?? 0), latestYear)
  const months = 31 * Calendar.day
  return Math.max(now + Math.max(0, endOffset) * months, Number.isNaN(year) ? 0 : Date.UTC(year + 1, 0, 1)) + 2 * months
}

const latestYear = 2100

const isoOf = (instant: number): string => new Date(instant).toISOString()
