import * as Schema from "effect/Schema"

/** Blocking checks of an asset failed, so its rows are not published. */
export class CheckFailed extends Schema.TaggedError<CheckFailed>()("CheckFailed", {
  asset: Schema.String,
  checks: Schema.Array(Schema.String),
  /** Whether the rows were only staged, and never visible. */
  staged: Schema.Boolean
}) {
  readonly retryable = false
  override get message() {
    const names = this.checks.join(", ")
    return `"${this.asset}" failed ${this.checks.length === 1 ? "the check" : "the checks"} ${names}.${this.staged ? " The rows published before stay." : ""} \`sluice asset ${this.asset}\` shows the results.`
  }
}
