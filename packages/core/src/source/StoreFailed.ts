import * as Schema from "effect/Schema"

/** The store of what sources need could not do what it was asked: the quarantine, the pages of the last reading, the erased people. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  /** What it was doing: `read the pages of orders`. */
  operation: Schema.String,
  /** The kind of trouble, as the store calls it: `Outdated`. */
  reason: Schema.String,
  /** Codes, names and counts, and what to do next; never a value from the data. */
  detail: Schema.String,
  /** True for a lost connection, a deadlock and a timeout. */
  retryable: Schema.Boolean
}) {
  override get message() {
    return `Could not ${this.operation}: ${this.detail}`
  }
}
