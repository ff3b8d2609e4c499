import * as Schema from "effect/Schema"

/** The partitions that are asked for are not there, or cannot be made. Carries every problem, each a whole sentence. */
export class PartitionsNotPlanned extends Schema.TaggedError<PartitionsNotPlanned>()("PartitionsNotPlanned", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return this.problems.join("\n")
  }
}
