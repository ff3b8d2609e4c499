import * as Schema from "effect/Schema"

/** The schema of a reader's result. It accepts everything, since the reader has already checked the value. */
export const accepted = <A>(): Schema.Schema<A> => Schema.declare((_input): _input is A => true)
