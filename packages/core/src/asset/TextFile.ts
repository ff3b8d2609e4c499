/** Text files that assets are made from, and that assets are: a CSV, a report. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { FileUnreadable, FileUnwritable, reasonOf } from "./FileFailed.ts"
import * as Storage from "./Storage.ts"

/** Reads a whole file as UTF-8. */
export const read = (path: string): Effect.Effect<string, FileUnreadable, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(path)).pipe(
    Effect.mapError((error) => new FileUnreadable({ path, reason: reasonOf(error) }))
  )

/**
 * Replaces a file's text, and answers its path. Readers see the old text or the new: it is written to a file beside it, which
 * takes its place.
 */
export const write = Effect.fn("TextFile.write")(function* (
  path: string,
  text: string
): Effect.fn.Return<string, FileUnwritable, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const draft = `${path}.draft`
  yield* fs.writeFileString(draft, text).pipe(
    Effect.zipRight(fs.rename(draft, path)),
    Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true }))),
    Effect.mapError((error) => new FileUnwritable({ path, reason: reasonOf(error) }))
  )
  return path
})

/**
 * Stores an asset as the file that it writes. Its value is the file's path. `--changed` makes it again if the file is gone.
 *
 * ```ts
 * Asset.make("report", {
 *   upstreams: { days: dailyRevenue },
 *   storage: TextFile.storage(Effect.succeed("report.md")),
 *   materialize: ({ days }) => Effect.flatMap(textOf(days), (text) => TextFile.write("report.md", text))
 * })
 * ```
 */
export const storage = <R>(
  path: Effect.Effect<string, never, R>
): Storage.Stored<string, R | FileSystem.FileSystem, never> =>
  Storage.stored({
    kind: "file",
    load: path,
    exists: Effect.flatMap(Effect.all([FileSystem.FileSystem, path]), ([fs, file]) =>
      Effect.mapError(fs.exists(file), (error) => new FileUnreadable({ path: file, reason: reasonOf(error) }))
    )
  })
