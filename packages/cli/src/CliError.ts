import * as Data from "effect/Data"

/** The command line does not say something that can be done. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly detail: string }> {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}

/** The run did not succeed. Its summary has told why, so this says nothing more where `detail` is empty. */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly detail: string }> {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}
