// A folder of files that nobody else can have written: it and each file in it belong to this user or to root, and nobody else
// may write them. A file is written under another name first and then renamed: any number of starts at once are safe.
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

/** Opens a folder as a cache; `isOurs` is false if it cannot be this user's alone, and nothing is kept then. */
exports.open = (folder) => {
  const isOurs = own(folder)

  /** Whether a file is there and nobody else can have written it. */
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

    /** Removes a file that others could have written. */
    expel: (path) => {
      try {
        if (!has(path)) unlinkSync(path)
      } catch {}
    },

    /** Removes files that were written more than a day ago. */
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

/** Makes the folder, and takes it from others who may write it. */
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

/** Whether nobody but this user or root can have written something. On systems without users, nobody is told apart. */
const isSafe = ({ mode, uid }) => {
  const user = process.getuid?.()
  return user === undefined || ((uid === user || uid === 0) && (mode & 0o022) === 0)
}
