import * as Schema from "effect/Schema"

/** One way in which what is in a store is not what is declared. Holds names, types and counts, never a value of a row. */
export const Difference = Schema.Struct({
  /** What it is about: a table or view by its name, an account, a file. */
  subject: Schema.String,
  /** What of it: `column country`, `primary key`, `grants`. */
  aspect: Schema.String,
  found: Schema.String,
  declared: Schema.String,
  /** The statement or command that makes one of the other; running it needs the rights of who owns the subject. */
  mend: Schema.String,
  /**
   * Who is behind it. `declaration`: what is there is as it was published, and the declaration has changed since; publishing
   * mends it. `outside`: somebody else changed it. `login`: an account does not accept its configured password, which the
   * account can change by itself; it is reported and stops nothing.
   */
  origin: Schema.Literal("outside", "declaration", "login")
})
export type Difference = typeof Difference.Type

/** What it is about and how it differs, in one line. */
export const line = ({ aspect, declared, found, subject }: Difference): string =>
  `${subject}, ${aspect}: found ${found}, declared ${declared}`
