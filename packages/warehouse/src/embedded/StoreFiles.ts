import { statSync } from "node:fs"
import { access, chmod, constants, mkdir, open } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type Reason, WarehouseFailed } from "../WarehouseFailed.ts"

/** How SQLite opens each database of a store: a path, or a `file:` URI. */
export interface Locations {
  /** Public tables and views: the only file that an analyst opens. */
  readonly public: string
  /** Mask tables, the quarantine, counters and remembered source pages; only its owner can read it. */
  readonly sensitive: string
  /** The run history; only its owner can read it. */
  readonly history: string
}

/** The files of an embedded store, and the directory that they are in. */
export interface StoreFiles extends Locations {
  readonly directory: string
}

/**
 * Creates the directory (mode 0700) and the files (0600 except the public one) if they are missing, before anything is written:
 * SQLite's journals inherit their modes. An existing directory keeps its mode.
 */
export const prepare = Effect.fn("StoreFiles.prepare")(function* (
  directory: string
): Effect.fn.Return<StoreFiles, WarehouseFailed> {
  const files = at(directory)
  yield* Effect.tryPromise({
    try: async () => {
      await makeDirectory(files.directory)
      // Journals and temporary files are created in it later, also if all files exist.
      await access(files.directory, constants.W_OK | constants.X_OK)
      await createPrivate(files.sensitive)
      await createPrivate(files.history)
    },
    catch: (error) => failed(directory, error)
  })
  return files
})

/**
 * Whether a directory has a store, or a store's history; false if it has no file of one. Creates nothing. Fails if something
 * else is in the way, or if other files of the store exist but the needed ones do not.
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

/** Whether this process cannot write an existing store, because of its file system, its directory or a file. */
export const isReadOnly = (directory: string): Effect.Effect<boolean> => {
  const files = at(directory)
  const all = [files.directory, files.public, files.sensitive, files.history]
  const refusals = Effect.promise(() => Promise.all(all.map((path) => access(path, constants.W_OK).then(() => "", codeOf))))
  return Effect.map(refusals, (codes) => codes.some((code) => meanings[code]?.[0] === "NotPermitted"))
}

/** The run history of an existing store, as a URI that never creates the file. */
export const historyOf = (directory: string): string => `${pathToFileURL(at(directory).history).href}?mode=rw`

/** The databases of a store as URIs that open them for reading only. */
export const readingOnly = (files: StoreFiles): Locations => ({
  public: readOnly(files.public),
  sensitive: readOnly(files.sensitive),
  history: readOnly(files.history)
})

const readOnly = (path: string): string => `${pathToFileURL(path).href}?mode=ro`

const names = ["public.db", "sensitive.db", "history.db"] as const

/** The paths of a store's files, whether they exist or not. */
export const at = (directory: string): StoreFiles => ({
  directory: resolve(directory),
  public: join(resolve(directory), names[0]),
  sensitive: join(resolve(directory), names[1]),
  history: join(resolve(directory), names[2])
})

/** One level at a time: Node's recursive `mkdir` never returns if the system denies that the parent exists, as in /proc. */
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

/** An existing directory is no error. */
const ifDirectory = async (path: string, error: unknown): Promise<void> => {
  if (codeOf(error) !== "EEXIST" || kindOf(path) !== "directory") throw error
}

/** The deepest part of a path that exists. */
const nearest = (path: string): string =>
  kindOf(path) === undefined && dirname(path) !== path ? nearest(dirname(path)) : path

/** Synchronous: loading the asynchronous functions takes longer than looking at all files. */
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

/** The remedy if this process has too many open files. */
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
