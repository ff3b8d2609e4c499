import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"

/** An option that takes a whole number within bounds; what is wrong with one is told by the option's name. */
export const wholeNumber = (name: string, least: number, most: number): Options.Options<number> =>
  parsed(name, "number", `--${name} must be a whole number from ${least} to ${most}.`, (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most ? value : undefined
  })

/** An option that takes one of some words. */
export const oneOf = <const Word extends string>(name: string, words: ReadonlyArray<Word>): Options.Options<Word> =>
  parsed(name, words.join("|"), `--${name} must be one of ${words.join(", ")}.`, (text) =>
    words.find((word) => word === text)
  )

/** An option that takes a length of time, as `90s`, `5m`, `1h30m` or `30d`; in milliseconds, more than none. */
export const duration = (name: string): Options.Options<number> =>
  parsed(name, "duration", `--${name} must be a length of time such as 90s, 5m, 1h30m or 30d.`, millisOf)

/** An option that takes `key=value`, any number of times. */
export const pairs = (name: string): Options.Options<Readonly<Record<string, string>>> =>
  Options.text(name).pipe(
    Options.withPseudoName("key=value"),
    // What may be repeated must come first: the parser lets nothing but a bare option repeat.
    Options.repeated,
    Options.filterMap(
      (texts) => Option.map(Option.all(texts.map(pairOf)), Object.fromEntries),
      `--${name} must be key=value, such as team=growth.`
    )
  )

const parsed = <A>(name: string, takes: string, otherwise: string, parse: (text: string) => A | undefined) =>
  Options.text(name).pipe(
    Options.withPseudoName(takes),
    Options.filterMap((text) => Option.fromNullable(parse(text)), otherwise)
  )

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const millisOf = (text: string): number | undefined => {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)].map(([, count, unit = ""]) => Number(count) * (units[unit] ?? 0))
  const millis = parts.reduce((sum, part) => sum + part, 0)
  return millis > 0 ? millis : undefined
}

const pairOf = (text: string): Option.Option<readonly [string, string]> => {
  const [, key, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? []
  return key === undefined || value === undefined ? Option.none() : Option.some([key, value])
}
