import * as Schema from "effect/Schema"

/** The rights of an account, a role or a file's readers, as the store reports them. */
export const Access = Schema.Struct({
  /** An account or role in SQL's notation, every account of a server, or a file's path. */
  subject: Schema.String,
  role: Schema.Literal("pipeline", "analyst", "everybody", "file"),
  /** Privileges and their objects, or a file's mode and its meaning. Empty if there are no rights. */
  holds: Schema.Array(Schema.String),
  /**
   * How much was inspected. An account has an entry for each host; `own host` means only the entry that a login from this
   * machine uses.
   */
  seen: Schema.Literal("everything", "every host", "own host")
})
export type Access = typeof Access.Type
