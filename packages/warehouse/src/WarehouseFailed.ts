import * as Schema from "effect/Schema"

/** The kind of a database error. It decides whether a retry can help. */
export const Reason = Schema.Literal(
  /** The server does not respond, or the connection was lost. */
  "Unreachable",
  /** Deadlock, lock wait timeout, or another writer. */
  "Conflict",
  /** A time limit was reached. */
  "TimedOut",
  /** The account or password is refused. */
  "AccessDenied",
  /** The account lacks a privilege. */
  "NotPermitted",
  /** The database, or a required table, does not exist. */
  "Missing",
  /** No room on the disk. */
  "DiskFull",
  /** A row violates the table's declaration: null, duplicate, too long, not a date. */
  "RowRejected",
  /** The store differs from the declaration. */
  "Drift",
  /** A person was erased after the run had started to read, so its rows may include them. */
  "Outdated",
  /** A setting is wrong. */
  "Misconfigured",
  /** Anything else; `detail` has the server's error code. */
  "Other"
)
export type Reason = typeof Reason.Type

/** An operation of the warehouse failed. `detail` is value-free: codes, names and counts, and the remedy. */
export class WarehouseFailed extends Schema.TaggedError<WarehouseFailed>()("WarehouseFailed", {
  reason: Reason,
  /** The operation: `publish orders`. */
  operation: Schema.String,
  detail: Schema.String
}) {
  get retryable(): boolean {
    return this.reason === "Unreachable" || this.reason === "Conflict" || this.reason === "TimedOut"
  }
  override get message() {
    return `Could not ${this.operation}: ${this.detail}`
  }
}
