import * as Either from "effect/Either"
import * as Calendar from "./Calendar.ts"
import type { Ticks } from "./Ticks.ts"

/**
 * The windows from one tick of a cron expression to the next. A key is the time that the clock shows at the start, such as
 * `2024-08-01T06:30`; if the clock shows it again, the two are `…a` and `…b`.
 */
export const make = ({ numberAt, shownAt, showing, startOf }: Ticks, expression: string, zone: string) => {
  const keyOf = (number: number): string => {
    const shown = shownAt(startOf(number))
    const same = showing(shown)
    return `${textOf(shown)}${same.length < 2 ? "" : letters[same.indexOf(number)]}`
  }

  const parse = (key: string): Either.Either<number, string> => {
    const [, date = "", hour = "", minute = "", letter = ""] =
      /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)([a-c]?)$/.exec(key) ?? []
    const dayNumber = Calendar.dayOf(date)
    if (dayNumber === undefined) return Either.left("is not a time. Write it as 2024-08-01T06:30.")
    const shown = dayNumber * Calendar.day + (Number(hour) * 60 + Number(minute)) * 60_000
    const found = showing(shown)
    const [first] = found
    if (first === undefined) {
      const before = numberAt(2 * shown - shownAt(shown))
      return Either.left(
        `is not a tick of ${expression} in ${zone}. Those around it are ${keyOf(before)} and ${keyOf(before + 1)}.`
      )
    }
    const number = found.length === 1 && letter === "" ? first : found[letters.indexOf(letter)]
    if (number !== undefined && (letter === "" || found.length > 1)) return Either.right(number)
    if (found.length === 1) return Either.left(`is not repeated in ${zone}. Write it as ${key.slice(0, -1)}.`)
    const keys = found.map((_, at) => `${textOf(shown)}${letters[at]}`)
    return Either.left(
      `comes ${found.length === 2 ? "twice" : `${found.length} times`} in ${zone}. Write ${keys.join(" or ")}.`
    )
  }

  return {
    startOf,
    numberAt,
    keyOf,
    parse,
    ordinalOf: (number: number) => startOf(number) / 1000,
    numberFrom: (ordinal: number) => numberAt(ordinal * 1000 - 1) + 1,
    unit: "second" as const,
    missing: () => []
  }
}

const textOf = (shown: number) => new Date(shown).toISOString().slice(0, 16)
const letters = ["a", "b", "c"]
