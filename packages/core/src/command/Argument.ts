import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/** One argument of a command: a word after the command's name that is no option. */
export interface Argument<out A> {
  /** The placeholder in help, such as `ASSET`. */
  readonly name: string
  /** What the argument means, without a full stop. */
  readonly meaning: string
  /** Whether the command takes at most one, exactly one, or any number of them. */
  readonly count: "optional" | "required" | "repeated"
  /** Whether the argument names a person. No message repeats an unknown word of such a command line. */
  readonly secret: boolean
  /** Reads the words. `count` limits their number. */
  readonly parse: (typed: ReadonlyArray<string>) => Either.Either<A, string>
}

/** A required argument. */
export const required = (name: string, meaning: string): Argument<string> => ({
  name,
  meaning,
  count: "required",
  secret: false,
  parse: ([typed]) => (typed === undefined ? Either.left(`needs the argument ${name}`) : Either.right(typed))
})

/** An optional argument. */
export const optional = (name: string, meaning: string): Argument<string | undefined> => ({
  name,
  meaning,
  count: "optional",
  secret: false,
  parse: ([typed]) => Either.right(typed)
})

/** An optional argument that names a person, so that no message repeats it. */
export const secret = (name: string, meaning: string): Argument<Redacted.Redacted | undefined> => ({
  name,
  meaning,
  count: "optional",
  secret: true,
  parse: ([typed]) => Either.right(typed === undefined ? undefined : Redacted.make(typed))
})

/** An argument that may be repeated. It takes all remaining words, so it must be the last argument. */
export const repeated = (name: string, meaning: string): Argument<ReadonlyArray<string>> => ({
  name,
  meaning,
  count: "repeated",
  secret: false,
  parse: Either.right
})
