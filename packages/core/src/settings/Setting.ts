import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/**
 * One setting: a key of the environment or of a `.env` file, the parser of its text, and its description. An Effect `Config`
 * does not reveal its key or description, so both stand beside it.
 */
export interface Setting<out A> {
  /** The name of the variable, such as `SHOP_API_URL`. */
  readonly key: string
  /** The effect of the setting, in full sentences. Tables show the first one alone. */
  readonly description: string
  /** The heading of the setting in `.env.example`. */
  readonly section: string
  /** Whether the text must never be shown. */
  readonly secret: boolean
  /** The text if the key is not set. */
  readonly default: string | undefined
  /** An example of the text. Undefined if the default serves as one, or if the setting is a secret. */
  readonly example: string | undefined
  /** Reads and checks the setting. An error says what is wrong and never repeats the text. */
  readonly config: Config.Config<A>
}

export type Any = Setting<unknown>
/** The type of a setting's values. */
export type Value<T> = T extends Setting<infer A> ? A : never

/** Parses a setting's text. A left completes a sentence that begins with the key: `is not a URL.` */
export type Parser<A> = (text: string) => Either.Either<A, string>

export interface Options {
  readonly description: string
  /** Default `Other`. */
  readonly section?: string
  readonly secret?: boolean
  readonly default?: string
  readonly example?: string
}

/**
 * Declares a setting. If the key is not set or is blank, the default applies. Without a default, the value is undefined.
 *
 * ```ts
 * const pageSize = Setting.make("SHOP_PAGE_SIZE", Setting.wholeNumber(1, 1_000), {
 *   description: "Rows that one request asks for: 1 to 1000.",
 *   default: "100"
 * })
 * ```
 */
export const make: {
  <A>(key: string, parse: Parser<A>, options: Options & { readonly default: string }): Setting<A>
  <A>(key: string, parse: Parser<A>, options: Options): Setting<A | undefined>
} = <A>(key: string, parse: Parser<A>, options: Options): Setting<A | undefined> => ({
  key,
  section: "Other",
  secret: false,
  default: undefined,
  example: undefined,
  ...options,
  config: Config.mapOrFail(Config.withDefault(Config.string(key), ""), (text) => {
    const given = text.trim() === "" ? options.default : text
    return given === undefined
      ? Either.right(undefined)
      : Either.mapLeft(parse(given), (problem) => ConfigError.InvalidData([key], problem))
  })
})

/** Any text. */
export const text: Parser<string> = Either.right

/** A secret, unchanged. */
export const secret: Parser<Redacted.Redacted> = (text) => Either.right(Redacted.make(text))

/** An `http` or `https` URL without a user, a password, a query or a fragment. */
export const httpUrl: Parser<URL> = (text) => {
  if (!URL.canParse(text)) return Either.left("is not a URL. Use http://host:port/path.")
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return Either.left("must begin with http:// or https://.")
  if (url.username !== "" || url.password !== "") return Either.left("must not hold a user or password.")
  if (url.search !== "" || url.hash !== "") return Either.left("must end before the ? or #.")
  return Either.right(url)
}

/** A whole number within bounds, in decimal digits. */
export const wholeNumber =
  (least: number, most: number): Parser<number> =>
  (text) => {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
    return value >= least && value <= most
      ? Either.right(value)
      : Either.left(`is not a whole number from ${least} to ${most}.`)
  }

/** A share from 0 to 1. */
export const share: Parser<number> = (text) => {
  const value = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  return value >= 0 && value <= 1 ? Either.right(value) : Either.left("is not a share from 0 to 1, such as 0.10.")
}

/** One of some words. */
export const oneOf =
  <const Word extends string>(...words: ReadonlyArray<Word>): Parser<Word> =>
  (text) =>
    Either.fromNullable(
      words.find((word) => word === text.trim()),
      () => `is not ${words.join(" or ")}.`
    )

/** Converts the result of a parser. */
export const map =
  <A, B>(parse: Parser<A>, f: (value: A) => B): Parser<B> =>
  (text) =>
    Either.map(parse(text), f)
