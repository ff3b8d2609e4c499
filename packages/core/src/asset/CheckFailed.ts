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
    return `"${this.asset}" did not pass ${names}${this.staged ? "; what was published before stays" : ""}. \`sluice asset ${this.asset}\` shows what its checks found.`
  }
}
