import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/** One argument of a command: a word that follows its name without an option. */
export interface Argument<out A> {
  /** The placeholder in help, such as `ASSET`. */
  readonly name: string
  /** What the argument means, without a full stop. */
  readonly meaning: string
  /** Whether the command takes none, any number of them, or exactly one. */
  readonly count: "optional" | "required" | "repeated"
  /** Whether the argument names a person. No message repeats an unknown word of such a command line. */
  readonly secret: boolean
  /** Reads the words, of which there are as many as `count` allows. */
  readonly parse: (typed: ReadonlyArray<string>) => Either.Either<A, string>
}

/** An argument that must be typed. */
export const required = (name: string, meaning: string): Argument<string> => ({
  name,
  meaning,
  count: "required",
  secret: false,
  parse: ([typed]) => (typed === undefined ? Either.left(`needs the argument ${name}`) : Either.right(typed))
})

/** An argument that may be left out. */
export const optional = (name: string, meaning: string): Argument<string | undefined> => ({
  name,
  meaning,
  count: "optional",
  secret: false,
  parse: ([typed]) => Either.right(typed)
})

/** An argument that may be left out, and that no message repeats, because it names a person. */
export const secret = (name: string, meaning: string): Argument<Redacted.Redacted | undefined> => ({
  name,
  meaning,
  count: "optional",
  secret: true,
  parse: ([typed]) => Either.right(typed === undefined ? undefined : Redacted.make(typed))
})

/** An argument that may be typed any number of times. It takes all words that are left, so it must be the last one. */
export const repeated = (name: string, meaning: string): Argument<ReadonlyArray<string>> => ({
  name,
  meaning,
  count: "repeated",
  secret: false,
  parse: Either.right
})
