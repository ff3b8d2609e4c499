import * as Schema from "effect/Schema"

/** A selection cannot be read, or names what is not there. Each problem is a whole message, in some lines. */
export class SelectionInvalid extends Schema.TaggedError<SelectionInvalid>()("SelectionInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return `${this.problems.join("\n")}\n\`sluice list\` shows every asset.`
  }
}

/** A selection that is right and matches nothing. */
export class SelectionEmpty extends Schema.TaggedError<SelectionEmpty>()("SelectionEmpty", {
  selection: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `No asset matches ${this.selection}. Give --allow-empty if that is fine.`
  }
}
