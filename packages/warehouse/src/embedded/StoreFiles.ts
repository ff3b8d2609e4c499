import { statSync } from "node:fs"
import { access, chmod, constants, mkdir, open } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type Reason, WarehouseFailed } from "../WarehouseFailed.ts"

/** The files of an embedded store. */
export interface StoreFiles {
  readonly directory: string
  /** Public tables and views: all that an analyst opens. */
  readonly public: string
  /** Mask tables, the quarantine, the mask counters and what is remembered of sources; only its owner may read it. */
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
      await makeDirectory(files.directory)
      // Journals and what is sorted are made in it later, also where all files are there already.
      await access(files.directory, constants.W_OK | constants.X_OK)
      await createPrivate(files.sensitive)
      await createPrivate(files.history)
    },
    catch: (error) => failed(directory, error)
  })
  return files
})

/**
 * Whether a directory has a store, or the history of one; false where there is nothing of it yet. Creates nothing. Fails where
 * something is in the way, and where other files of the store are there, but not what is asked for.
 */
export const isThere = Effect.fn("StoreFiles.isThere")(function* (
  directory: string,
  part: "all" | "history"
): Effect.fn.Return<boolean, WarehouseFailed> {
  const files = at(directory)
  const missing = yield* Effect.tryPromise({
    try: async () => {
      if (kindOf(files.directory) === undefined) {
        if (kindOf(nearest(files.directory)) === "file") throw { code: "ENOTDIR" }
        return names
      }
      await ifDirectory(files.directory, { code: "EEXIST" })
      const kinds = names.map((name) => kindOf(join(files.directory, name)))
      if (kinds.includes("directory")) throw { code: "EISDIR" }
      return names.filter((_, i) => kinds[i] === undefined)
    },
    catch: (error) => failed(directory, error)
  })
  if (missing.length === names.length) return false
  const gone = missing.filter((name) => part === "all" || name === "history.db")
  if (gone.length === 0) return true
  return yield* new WarehouseFailed({
    reason: "Missing",
    operation: `open the embedded store in ${directory}`,
    detail: `${gone.join(" and ")} ${gone.length === 1 ? "is" : "are"} missing from it. \`sluice materialize --all\` makes anew what is missing; or name another directory with DATABASE_URL=sqlite:DIRECTORY.`
  })
})

/** Whether this process may not write a store that is there: its file system, its directory or a file of it refuses. */
export const isReadOnly = (directory: string): Effect.Effect<boolean> => {
  const files = at(directory)
  const all = [files.directory, files.public, files.sensitive, files.history]
  const refusals = Effect.promise(() => Promise.all(all.map((path) => access(path, constants.W_OK).then(() => "", codeOf))))
  return Effect.map(refusals, (codes) => codes.some((code) => meanings[code]?.[0] === "NotPermitted"))
}

/** The run history of a store that is there, as a URI that opens the file and never creates it. */
export const historyOf = (directory: string): string => `${pathToFileURL(at(directory).history).href}?mode=rw`

/** A path as a URI that opens it for reading only. */
export const readOnly = (path: string): string => `${pathToFileURL(path).href}?mode=ro`

const names = ["public.db", "sensitive.db", "history.db"] as const

/** The files of a store in a directory, whether they are there or not. */
export const at = (directory: string): StoreFiles => ({
  directory: resolve(directory),
  public: join(resolve(directory), names[0]),
  sensitive: join(resolve(directory), names[1]),
  history: join(resolve(directory), names[2])
})

/** One level at a time: Node's recursive `mkdir` never returns where the system denies that the parent is there, as in /proc. */
const makeDirectory = async (path: string): Promise<void> => {
  const make = () => mkdir(path, { mode: 0o700 })
  try {
    await make()
  } catch (error) {
    const code = codeOf(error)
    if (code === "ENOENT" && dirname(path) !== path) {
      await makeDirectory(dirname(path))
      await make().catch((again) => ifDirectory(path, again))
    } else await ifDirectory(path, error)
  }
}

/** What is there already is fine where it is a directory. */
const ifDirectory = async (path: string, error: unknown): Promise<void> => {
  if (codeOf(error) !== "EEXIST" || kindOf(path) !== "directory") throw error
}

/** The deepest part of a path that exists. */
const nearest = (path: string): string =>
  kindOf(path) === undefined && dirname(path) !== path ? nearest(dirname(path)) : path

/** At once: to load what asks later takes longer than to ask for all files. */
const kindOf = (path: string): "directory" | "file" | undefined => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  return found.isDirectory() ? "directory" : "file"
}

const createPrivate = async (path: string) => {
  const file = await open(path, "a", 0o600)
  await file.close()
  await chmod(path, 0o600)
}

const failed = (directory: string, error: unknown): WarehouseFailed => {
  const code = codeOf(error)
  const [reason, what] = meanings[code] ?? (["Other", "the file system refused"] as const)
  const remedy =
    code === "EMFILE"
      ? moreFiles
      : `${reason === "DiskFull" ? "Free some space" : "Make it a directory that this user may write"}, or name another one with DATABASE_URL=sqlite:DIRECTORY.`
  return new WarehouseFailed({
    reason,
    operation: `open the embedded store in ${directory}`,
    detail: `${what} (${code}). ${remedy}`
  })
}

/** What to do if this process can open no more files. */
export const moreFiles = "Raise its limit (`ulimit -n 256`), then run it again."

const codeOf = (error: unknown): string => (Predicate.hasProperty(error, "code") ? String(error.code) : "UNKNOWN")

const meanings: Readonly<Record<string, readonly [Reason, string]>> = {
  EACCES: ["NotPermitted", "it may not be written"],
  EPERM: ["NotPermitted", "it may not be written"],
  EROFS: ["NotPermitted", "its file system is read-only"],
  ENOTDIR: ["Misconfigured", "a part of that path is not a directory"],
  EEXIST: ["Misconfigured", "there is a file of that name"],
  EISDIR: ["Misconfigured", "a directory is where one of its files should be"],
  ENOENT: ["Misconfigured", "that path cannot be created"],
  ENOSPC: ["DiskFull", "there is no room left on its disk"],
  EMFILE: ["Other", "this process may open no more files"],
  EDQUOT: ["DiskFull", "this user's disk quota is used up"]
}
