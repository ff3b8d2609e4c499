import type { PlatformError } from "@effect/platform/Error"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A file that an asset is made from cannot be read. */
export class FileUnreadable extends Schema.TaggedError<FileUnreadable>()("FileUnreadable", {
  path: Schema.String,
  /** The file system's reason, such as `NotFound`. */
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The file ${this.path} cannot be read (${this.reason}). Check its path and its permissions.`
  }
}

/** A file that an asset makes cannot be written. */
export class FileUnwritable extends Schema.TaggedError<FileUnwritable>()("FileUnwritable", {
  path: Schema.String,
  /** The file system's reason, such as `PermissionDenied` or `ENOSPC`. */
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The file ${this.path} cannot be written (${this.reason}). Check its path, its permissions and the disk.`
  }
}

/**
 * The file system's reason, in one word. A reason that covers several faults is replaced by the system's code: `ENOSPC` for a
 * full disk, `EISDIR` for a folder.
 */
export const reasonOf = (error: PlatformError): string => {
  if (error._tag !== "SystemError") return error._tag
  return error.reason === "Unknown" || error.reason === "BadResource" ? (codeOf(error.cause) ?? error.reason) : error.reason
}

/** A code is the system's own word: it holds no path and no data. */
const codeOf = (cause: unknown): string | undefined =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" && /^E[A-Z0-9]+$/.test(cause.code)
    ? cause.code
    : undefined
