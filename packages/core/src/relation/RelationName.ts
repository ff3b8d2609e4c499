import * as Schema from "effect/Schema"

/** A declared table, view or mask has a name that some database does not allow. */
export class RelationNameInvalid extends Schema.TaggedError<RelationNameInvalid>()("RelationNameInvalid", {
  relation: Schema.Literal("table", "view", "mask"),
  name: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The ${this.relation} "${this.name}" cannot have this name. ${isReserved(this.name) ? reserved : notPlain}`
  }
}

/**
 * Returns the name. Throws `RelationNameInvalid` unless it consists of lower-case letters, digits and `_`, and begins with a
 * letter. Such a name means the same relation on every server, whatever its `lower_case_table_names`. Names of the store's own
 * tables are refused too.
 */
export const checked = <const Name extends string>(relation: RelationNameInvalid["relation"], name: Name): Name => {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || isReserved(name)) throw new RelationNameInvalid({ relation, name })
  return name
}

const isReserved = (name: string): boolean => name === "quarantine" || name.startsWith("sluice_")

const reserved = "Choose another one: `quarantine` and all names that begin with `sluice_` are the store's own tables."

const notPlain =
  "Use lower-case letters, digits and _, beginning with a letter: some servers keep all names in lower case, and do not find a grant under the name as declared."
