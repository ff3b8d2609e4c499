import { closeSync, openSync, readdirSync, readSync } from "node:fs"
import { join, relative } from "node:path"

/** Every file below a directory whose relative path `keep` accepts. Links are not followed. */
export const under = (directory: string, keep: (path: string) => boolean = () => true): ReadonlyArray<string> => {
  const paths: Array<string> = []
  const walk = (at: string) => {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name)
      if (!keep(relative(directory, path))) continue
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) paths.push(path)
    }
  }
  walk(directory)
  return paths
}

/** A file's bytes in blocks, so that a large file is never in memory whole. A file that is deleted meanwhile ends early. */
export function* blocks(path: string): Generator<Uint8Array> {
  const descriptor = attempt(() => openSync(path, "r"))
  if (descriptor === undefined) return
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(blockSize)
      const length = readSync(descriptor, block, 0, blockSize, null)
      if (length === 0) return
      yield block.subarray(0, length)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Whether a directory can be listed. */
export const canList = (directory: string): boolean => attempt(() => readdirSync(directory)) !== undefined

const blockSize = 8 * 1024 * 1024

const entriesOf = (directory: string) => attempt(() => readdirSync(directory, { withFileTypes: true })) ?? []

const attempt = <A>(f: () => A): A | undefined => {
  try {
    return f()
  } catch {
    return undefined
  }
}
