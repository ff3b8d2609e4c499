import * as Data from "effect/Data"

/** The command line is wrong, or requests something impossible. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly detail: string }> {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}

/**
 * The run did not succeed. `detail` is empty if the summary has already said why. `isCanceled` is set if the run has ended because
 * somebody canceled it.
 */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly detail: string; readonly isCanceled?: true }> {
  readonly retryable = false
  override get message() {
    return this.detail
  }
}

/** Standard output could not be written, for example because the disk is full. `code` is the system's error code. */
export class OutputFailed extends Data.TaggedError("OutputFailed")<{ readonly code: string }> {
  readonly retryable = false
  override get message() {
    return `Standard output could not be written (${this.code}), so it is incomplete. Free some space or write it elsewhere. What the command changed in the store is done: \`sluice runs show\` shows the last run or erasure. A command that only reads can be repeated.`
  }
}
