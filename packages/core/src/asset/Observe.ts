import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileUnreadable, reasonOf } from "./FileFailed.ts"

/**
 * Observes a file. Returns a SHA-256 chain over its content, which is read in chunks of 64 KiB. Fails if the file cannot be
 * read.
 *
 * ```ts
 * Asset.make("rates", { storage: storedAs(Rates), observe: Observe.file("data/rates.csv"), materialize: () => publishRates })
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
    Effect.mapError((error) => new FileUnreadable({ path, reason: reasonOf(error) }))
  )

const pieceBytes = 64 * 1024
