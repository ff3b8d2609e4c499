import { chmod, mkdir, open } from "node:fs/promises"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type Reason, WarehouseFailed } from "../WarehouseFailed.ts"

/** The files of an embedded store. */
export interface StoreFiles {
  readonly directory: string
  /** Public tables and views: all that an analyst opens. */
  readonly public: string
  /** Mask tables, the quarantine and the mask counters; only its owner may read it. */
  readonly sensitive: string
  /** The run history; only its owner may read it. */
  readonly history: string
}

/**
 * Creates the directory (mode 0700) and the files (0600 but for the public one) where they are missing, before anything is
 * written into them: SQLite's journals take their mode from them. A directory that is there keeps its mode.
 */
export const prepare = Effect.fn("StoreFiles.prepare")(function* (
  directory: string
): Effect.fn.Return<StoreFiles, WarehouseFailed> {
  const files = at(directory)
  yield* Effect.tryPromise({
    try: async () => {
      await mkdir(files.directory, { recursive: true, mode: 0o700 })
      await createPrivate(files.sensitive)
      await createPrivate(files.history)
    },
    catch: (error) => failed(directory, error)
  })
  return files
})

/** The run history of a store that is there, as a URI that opens the file and never creates it. */
export const historyOf = (directory: string): string => `${pathToFileURL(at(directory).history).href}?mode=rw`

/** A path as a URI that opens it for reading only. */
export const readOnly = (path: string): string => `${pathToFileURL(path).href}?mode=ro`

const at = (directory: string): StoreFiles => ({
  directory: resolve(directory),
  public: resolve(directory, "public.db"),
  sensitive: join(resolve(directory), "sensitive.db"),
  history: join(resolve(directory), "history.db")
})

const createPrivate = async (path: string) => {
  const file = await open(path, "a", 0o600)
  await file.close()
  await chmod(path, 0o600)
}

const failed = (directory: string, error: unknown): WarehouseFailed => {
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : "UNKNOWN"
  const [reason, what] = meanings[code] ?? (["Other", "the file system refused"] as const)
  return new WarehouseFailed({
    reason,
    operation: `open the embedded store in ${directory}`,
    detail: `${what} (${code}). ${reason === "DiskFull" ? "Free some space" : "Make it a directory that this user may write"}, or name another one with DATABASE_URL=sqlite:DIRECTORY.`
  })
}

const meanings: Readonly<Record<string, readonly [Reason, string]>> = {
  EACCES: ["NotPermitted", "it may not be written"],
  EPERM: ["NotPermitted", "it may not be written"],
  EROFS: ["NotPermitted", "its file system is read-only"],
  ENOTDIR: ["Misconfigured", "a part of that path is not a directory"],
  EEXIST: ["Misconfigured", "there is a file of that name"],
  EISDIR: ["Misconfigured", "a directory is where one of its files should be"],
  ENOENT: ["Misconfigured", "that path cannot be created"],
  ENOSPC: ["DiskFull", "there is no room left on its disk"],
  EDQUOT: ["DiskFull", "this user's disk quota is used up"]
}
