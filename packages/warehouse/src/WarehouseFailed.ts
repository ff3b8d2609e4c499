import * as Schema from "effect/Schema"

/** What kind of trouble a database has; says whether trying again can help. */
export const Reason = Schema.Literal(
  /** The server does not answer, or the connection was lost. */
  "Unreachable",
  /** Deadlock, lock wait timeout, or another writer. */
  "Conflict",
  /** It took too long. */
  "TimedOut",
  /** The account or password is refused. */
  "AccessDenied",
  /** The account lacks a privilege. */
  "NotPermitted",
  /** The database, or a table that must be there, does not exist. */
  "Missing",
  /** No room on the disk. */
  "DiskFull",
  /** A row breaks the table's declaration: null, duplicate, too long, not a date. */
  "RowRejected",
  /** What is there is not what is declared. */
  "Drift",
  /** Somebody was erased after the run had begun to read: what it would write may hold them. */
  "Outdated",
  /** A setting is wrong. */
  "Misconfigured",
  /** Anything else; `detail` has the server's error code. */
  "Other"
)
export type Reason = typeof Reason.Type

/** The warehouse could not do what it was asked. `detail` is value-free: codes, names and counts, and what to do next. */
export class WarehouseFailed extends Schema.TaggedError<WarehouseFailed>()("WarehouseFailed", {
  reason: Reason,
  /** What it was doing: `publish orders`. */
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
