import * as Schema from "effect/Schema"

/** One difference between a store and the declaration. It holds names, types and counts, never a value of a row. */
export const Difference = Schema.Struct({
  /** The subject: a table or view by name, an account, a file. */
  subject: Schema.String,
  /** The differing aspect: `column country`, `primary key`, `grants`. */
  aspect: Schema.String,
  found: Schema.String,
  declared: Schema.String,
  /** The statement or command that repairs it. Running it takes the rights of the subject's owner. */
  remedy: Schema.String,
  /**
   * The cause. `declaration`: the declaration has changed since the relation was published; publishing repairs it. `outside`:
   * somebody else changed it. `login`: an account refuses its configured password, which its user can change; it is reported
   * and stops nothing.
   */
  origin: Schema.Literal("outside", "declaration", "login")
})
export type Difference = typeof Difference.Type

/** The subject and the difference, in one line. */
export const line = ({ aspect, declared, found, subject }: Difference): string =>
  `${subject}, ${aspect}: found ${found}, declared ${declared}`
