import * as Schema from "effect/Schema"

/** The assets of a pipeline do not fit together. Carries every problem, sorted. */
export class DefinitionsInvalid extends Schema.TaggedError<DefinitionsInvalid>()("DefinitionsInvalid", {
  pipeline: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    const count = this.problems.length
    return [
      `The pipeline "${this.pipeline}" has ${count} problem${count === 1 ? "" : "s"}:`,
      ...this.problems.map((problem) => `  - ${problem}`)
    ].join("\n")
  }
}
