import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** A file that an asset is made from cannot be read. */
export class FileUnreadable extends Schema.TaggedError<FileUnreadable>()("FileUnreadable", {
  path: Schema.String,
  /** The file system's reason, as `NotFound`. */
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The file ${this.path} cannot be read (${this.reason}). Check its path and its permissions.`
  }
}

/**
 * Observes a file: answers a SHA-256 chain over its content, read in pieces of 64 KiB. Fails if the file cannot be read.
 *
 * ```ts
 * Asset.make("rates", { storage, observe: Observe.file("data/rates.csv"), materialize })
 * ```
 */
export const file = (path: string): Effect.Effect<string, FileUnreadable, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Stream.runFoldEffect(fs.stream(path, { chunkSize: pieceBytes }), new Uint8Array(), (before, piece) =>
      Effect.promise(async () => {
        const joined = new Uint8Array(before.length + piece.length)
        joined.set(before)
        joined.set(piece, before.length)
        return new Uint8Array(await crypto.subtle.digest("SHA-256", joined))
      })
    )
  ).pipe(
    Effect.map((digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")),
    Effect.mapError(
      (error) => new FileUnreadable({ path, reason: error._tag === "SystemError" ? error.reason : error._tag })
    )
  )

const pieceBytes = 64 * 1024
