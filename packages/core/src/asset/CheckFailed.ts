import * as Schema from "effect/Schema"

/** Blocking checks of an asset failed, so its rows are not published. */
export class CheckFailed extends Schema.TaggedError<CheckFailed>()("CheckFailed", {
  asset: Schema.String,
  checks: Schema.Array(Schema.String),
  /** Whether the rows were only staged, and never visible. */
  staged: Schema.Boolean,
  /** The run that found it in some partitions. Absent if the asset was checked whole. */
  runId: Schema.optionalWith(Schema.String, { exact: true }),
  /** Whether the checks are about the whole table of an asset whose partitions were made before. Default: false. */
  afterPartitions: Schema.optionalWith(Schema.Boolean, { exact: true })
}) {
  readonly retryable = false
  override get message() {
    const names = this.checks.join(", ")
    const what = `"${this.asset}" failed ${this.checks.length === 1 ? "the check" : "the checks"} ${names}`
    if (this.afterPartitions === true) {
      return `${what} of the whole table. The partitions that were made stay. \`sluice check ${this.asset}\` checks the table again.`
    }
    const shows = this.runId === undefined ? `asset ${this.asset}` : `runs show ${this.runId}`
    return `${what}.${this.staged ? " The rows published before stay." : ""} \`sluice ${shows}\` shows the results.`
  }
}
