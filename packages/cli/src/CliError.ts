import * as Schema from "effect/Schema"

/** The command line does not say something that can be done. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", { detail: Schema.String }) {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}

/** The run did not succeed. Its summary has told why, so this says nothing more where `detail` is empty. */
export class RunFailed extends Schema.TaggedError<RunFailed>()("RunFailed", { detail: Schema.String }) {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}
