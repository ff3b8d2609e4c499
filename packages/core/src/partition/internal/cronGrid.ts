import * as Either from "effect/Either"
import * as Calendar from "./Calendar.ts"
import * as Repeats from "./repeats.ts"
import type { Ticks } from "./Ticks.ts"

/**
 * The windows from one tick of a cron expression to the next. A key is the time that the clock shows at the start, such as
 * `2024-08-01T06:30`; if the clock shows it again, the two are `…a` and `…b`.
 */
export const make = ({ numberAt, shownAt, showing, startOf }: Ticks, expression: string, zone: string) => {
  const keyOf = (number: number): string => {
    const shown = shownAt(startOf(number))
    return `${textOf(shown)}${Repeats.letterOf(showing(shown), number)}`
  }

  const parse = (key: string): Either.Either<number, string> => {
    const [, date = "", hour = "", minute = "", letter = ""] =
      /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)([a-z]?)$/.exec(key) ?? []
    const dayNumber = Calendar.dayOf(date)
    if (dayNumber === undefined) return Either.left("is not a time. Write it as 2024-08-01T06:30.")
    const shown = dayNumber * Calendar.day + (Number(hour) * 60 + Number(minute)) * 60_000
    const [first, ...others] = showing(shown)
    if (first !== undefined) return Repeats.find([first, ...others], { time: textOf(shown), letter, zone })
    const before = numberAt(2 * shown - shownAt(shown))
    return Either.left(
      `is not a tick of ${expression} in ${zone}. Those around it are ${keyOf(before)} and ${keyOf(before + 1)}.`
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
