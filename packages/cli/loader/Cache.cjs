// A folder of files that no other user can have written. The folder and each file belong to this user or to root, and no other
// user may write them. A file is written under a temporary name and then renamed, so that concurrent starts are safe.
const {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync
} = require("node:fs")
const { join } = require("node:path")

/** Opens a folder as a cache. `isOurs` is false if other users may write it. Then nothing is cached. */
exports.open = (folder) => {
  const isOurs = own(folder)

  /** Whether a file exists and no other user can have written it. */
  const has = (path) => {
    try {
      const stats = lstatSync(path)
      return isOurs && stats.isFile() && isSafe(stats)
    } catch {
      return false
    }
  }

  return {
    folder,
    isOurs,
    has,

    read: (path) => {
      try {
        return has(path) ? readFileSync(path) : undefined
      } catch {
        return undefined
      }
    },

    save: (path, contents) => {
      if (!isOurs) return
      const unfinished = `${path}.${process.pid}`
      try {
        writeFileSync(unfinished, contents, { mode: 0o644 })
        renameSync(unfinished, path)
      } catch {}
    },

    /** Removes a file if another user could have written it. */
    expel: (path) => {
      try {
        if (!has(path)) unlinkSync(path)
      } catch {}
    },

    /** Removes files that are more than a day old. */
    forgetOld: () => {
      try {
        for (const name of readdirSync(folder)) {
          const path = join(folder, name)
          if (Date.now() - statSync(path).mtimeMs > 86_400_000) unlinkSync(path)
        }
      } catch {}
    }
  }
}

/** Creates the folder. Revokes the rights of other users to write it. */
const own = (folder) => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    if (!isSafe(lstatSync(folder))) chmodSync(folder, 0o755)
    const stats = lstatSync(folder)
    return stats.isDirectory() && isSafe(stats)
  } catch {
    return false
  }
}

/** Whether only this user or root can have written a file. Always true on systems without user ids. */
const isSafe = ({ mode, uid }) => {
  const user = process.getuid?.()
  return user === undefined || ((uid === user || uid === 0) && (mode & 0o022) === 0)
}
