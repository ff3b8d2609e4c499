import * as Schema from "effect/Schema"

/** What somebody may do in a store, as the store itself tells; not what is declared. */
export const Access = Schema.Struct({
  /** An account or a role as SQL names it, every account of a server, or a file by its path. */
  subject: Schema.String,
  role: Schema.Literal("pipeline", "analyst", "everybody", "file"),
  /** Privileges and what they are on, or a file's mode and what it means. Nothing: it may do nothing. */
  holds: Schema.Array(Schema.String),
  /**
   * How much was looked at. An account has an entry for each host it may come from: `own host` is the entry that a login from
   * this machine is taken for, and leaves the others unseen.
   */
  seen: Schema.Literal("everything", "every host", "own host")
})
export type Access = typeof Access.Type
