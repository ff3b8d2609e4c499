import * as Schema from "effect/Schema"

/** The store failed to read or write what sources need: the quarantine, the pages of the last reading, the erased people. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  /** The failed operation: `read the pages of orders`. */
  operation: Schema.String,
  /** The kind of failure, as the store names it: `Outdated`. */
  reason: Schema.String,
  /** Codes, names, counts and a remedy; never a value from the data. */
  detail: Schema.String,
  /** True for a lost connection, a deadlock and a timeout. */
  retryable: Schema.Boolean
}) {
  override get message() {
    return `Could not ${this.operation}: ${this.detail}`
  }
}
