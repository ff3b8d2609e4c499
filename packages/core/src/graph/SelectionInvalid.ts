import * as Schema from "effect/Schema"

/** A selection cannot be parsed, or contains an unknown name. Each problem is a whole message of several lines. */
export class SelectionInvalid extends Schema.TaggedError<SelectionInvalid>()("SelectionInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return `${this.problems.join("\n")}\n\`sluice list\` shows every asset.`
  }
}

/** A valid selection matches no asset. */
export class SelectionEmpty extends Schema.TaggedError<SelectionEmpty>()("SelectionEmpty", {
  selection: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `No asset matches ${this.selection}. Give --allow-empty if that is fine.`
  }
}
