import * as Schema from "effect/Schema"

/** A partition set cannot be used as it is declared. Carries every problem, each a whole sentence. */
export class PartitionsInvalid extends Schema.TaggedError<PartitionsInvalid>()("PartitionsInvalid", {
  partitions: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return `The partitions "${this.partitions}" are not valid:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}
