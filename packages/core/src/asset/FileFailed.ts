import type { PlatformError } from "@effect/platform/Error"
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
  /** The file system's reason, such as `PermissionDenied`. */
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The file ${this.path} cannot be written (${this.reason}). Check its path, its permissions and the disk.`
  }
}

/** The file system's reason, in one word. */
export const reasonOf = (error: PlatformError): string => (error._tag === "SystemError" ? error.reason : error._tag)
