import * as Either from "effect/Either"
import type { Typed } from "./Typed.ts"

/** One option of a command. Its help, its completions and its value are derived from it. */
export interface Flag<out A> {
  /** The name that is typed after `--`: `fail-fast`. */
  readonly name: string
  /** The placeholder of the value in help, such as `N`; undefined if the option takes no value. */
  readonly takes: string | undefined
  /** What the option does, without a full stop. */
  readonly meaning: string
  readonly repeatable: boolean
  /** The only values that the option takes. Empty if it takes others. */
  readonly words: ReadonlyArray<string>
  /** The default value, as help shows it. */
  readonly otherwise?: string
  /** Reads the typed values; none if the option was not typed. A left says what a value must be. */
  readonly parse: (typed: ReadonlyArray<string>) => Either.Either<A, string>
}

/** An option without a value. `--name=false` is the same as no option. */
export const boolean = (name: string, meaning: string): Flag<boolean> => ({
  name,
  takes: undefined,
  meaning,
  repeatable: false,
  words: [],
  parse: ([typed = "false"]) =>
    typed === "true" || typed === "false"
      ? Either.right(typed === "true")
      : Either.left("takes no value, or one of true and false")
})

/** An option whose value is any text. */
export const text = (name: string, takes: string, meaning: string): Flag<string | undefined> =>
  single({ name, takes, meaning }, Either.right)

/** An option whose value is any text. It may be repeated. */
export const texts = (name: string, takes: string, meaning: string): Flag<ReadonlyArray<string>> => ({
  name,
  takes,
  meaning: `${meaning}; may be repeated`,
  repeatable: true,
  words: [],
  parse: Either.right
})

/** An option whose value is `key=value`. It may be repeated. The last value of a key counts. */
export const pairs = (name: string, takes: string, meaning: string): Flag<Readonly<Record<string, string>>> => ({
  ...texts(name, takes, meaning),
  parse: (typed) => {
    const all = typed.map((pair) => /^([^=\s]+)=(.*)$/s.exec(pair) ?? [])
    return all.some(({ length }) => length === 0)
      ? Either.left("must be key=value, such as team=growth")
      : Either.right(Object.fromEntries(all.map(([, key, value]) => [key, value])))
  }
})

/** An option whose value is a whole number within bounds. */
export const wholeNumber = (
  name: string,
  takes: string,
  [least, most]: readonly [least: number, most: number],
  meaning: string
): Flag<number | undefined> =>
  single({ name, takes, meaning }, (typed) => {
    const value = /^-?\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN
    return value >= least && value <= most
      ? Either.right(value)
      : Either.left(`must be a whole number from ${least} to ${most}`)
  })

/** An option whose value is one of some words. */
export const oneOf = <const Word extends string>(
  name: string,
  takes: string,
  words: ReadonlyArray<Word>,
  meaning: string
): Flag<Word | undefined> => ({
  ...single({ name, takes, meaning }, (typed) => {
    const found = words.find((word) => word === typed)
    return found === undefined ? Either.left(`must be one of ${words.join(", ")}`) : Either.right(found)
  }),
  words
})

/** An option whose value is a duration above zero: `90s`, `5m`, `1h30m`, `30d`. Returns milliseconds. */
export const duration = (name: string, takes: string, meaning: string): Flag<number | undefined> =>
  single({ name, takes, meaning }, (typed) => {
    const millis = millisOf(typed)
    return millis === undefined || millis === 0
      ? Either.left("must be a length of time such as 90s, 5m, 1h30m or 30d")
      : Either.right(millis)
  })

/** Sets the value for command lines without the option. */
export const withDefault = <A>(flag: Flag<A | undefined>, value: NoInfer<A>): Flag<A> => ({
  ...flag,
  otherwise: String(value),
  parse: (typed) => Either.map(flag.parse(typed), (parsed) => parsed ?? value)
})

/** Reads an option from a command line. A left says what is wrong with its value. */
export const read = <A>(flag: Flag<A>, { options }: Typed): Either.Either<A, string> =>
  Either.mapLeft(flag.parse(options.get(flag.name) ?? []), (must) => `--${flag.name} ${must}.`)

const single = <A>(
  flag: Pick<Flag<A>, "name" | "takes" | "meaning">,
  parse: (typed: string) => Either.Either<A, string>
): Flag<A | undefined> => ({
  ...flag,
  repeatable: false,
  words: [],
  parse: ([typed]) => (typed === undefined ? Either.right(undefined) : parse(typed))
})

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const millisOf = (text: string): number | undefined => {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)]
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0)
}
