import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { FileUnreadable, reasonOf } from "@sluice/core/asset/FileFailed"
import * as Slice from "@sluice/core/partition/Slice"
import * as Effect from "effect/Effect"

/**
 * The keys of partitions whose files do not exist, by the path of each. Lists each folder once: 50,000 files in one folder take some
 * 0.5 s, and in as many folders some seconds.
 */
export const lostFiles = <E, RP>(pathOf: (slice: Slice.One) => string | Effect.Effect<string, E, RP>) =>
  Effect.fn("FileAsset.lost")(function* (slice: Slice.Slice) {
    const folders = new Map<string, Set<string>>()
    const unlisted: Array<{ readonly key: string; readonly path: string; readonly folder: string; readonly name: string }> =
      []
    let [folder, names]: [string | undefined, Set<string>] = [undefined, new Set()]
    for (const one of Slice.each(slice)) {
      const at = pathOf(one)
      const path = typeof at === "string" ? at : yield* at
      const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1
      if (folder?.length !== end || !path.startsWith(folder)) {
        folder = path.slice(0, end)
        names = folders.get(folder) ?? new Set(yield* list(folder))
        folders.set(folder, names)
      }
      const name = path.slice(end)
      if (!names.has(name)) unlisted.push({ key: one.key, path, folder, name })
    }
    if (unlisted.length === 0) return []
    // Some file systems list a name in other letters than those that it was written in.
    const others = new Map([...folders].map(([folder, names]) => [folder, new Set([...names].map(folded))]))
    const lost: Array<string> = []
    for (const { folder, key, name, path } of unlisted) {
      if (others.get(folder)?.has(folded(name)) !== true || !(yield* exists(path))) lost.push(key)
    }
    return lost
  })

/** Whether a file exists. */
export const exists = (path: string) => Effect.flatMap(FileSystem.FileSystem, (fs) => readable(path, fs.exists(path)))

const folded = (name: string): string => name.normalize().toLowerCase()

/** The names in a folder; none if it does not exist. */
const list = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const found = Effect.catchIf(
    fs.readDirectory(folder === "" ? "." : folder),
    (error) => error._tag === "SystemError" && error.reason === "NotFound",
    () => Effect.succeed([])
  )
  return yield* readable(folder, found)
})

const readable = <A>(path: string, looked: Effect.Effect<A, PlatformError>) =>
  Effect.mapError(looked, (error) => new FileUnreadable({ path, reason: reasonOf(error) }))
