import { existsSync, readFileSync, realpathSync } from "node:fs"
import { SourceMap } from "node:module"
import { dirname, isAbsolute, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { CallSite } from "@sluice/core/asset/CallSite"

/**
 * Returns the source files whose code defined an asset, from the last helper back to the module that called it first. Empty if
 * the code has no file. `mapOf` returns the source map of a bundle.
 *
 * The search ends at code that loads modules: Node, a test runner, a bundle's start. The importer of a module does not count.
 */
export const filesOf = (sites: ReadonlyArray<CallSite>, mapOf: MapOf): ReadonlyArray<string> => {
  const files = new Set<string>()
  let isBundled = false
  for (const { column, file, line } of sites) {
    if (file.startsWith("node:")) break
    const path = pathOf(file)
    if (path === undefined) return []
    const map = mapOf(path)
    // Code that starts a bundle does not count.
    if (isBundled && map === undefined) break
    isBundled = map !== undefined
    const source = map === undefined ? path : sourceAt(map, path, line, column)
    const thirdParty = source === undefined ? undefined : packageOf(source)
    if (source === undefined || (thirdParty !== undefined && loaders.test(thirdParty))) break
    if (thirdParty === undefined) files.add(existsSync(source) ? realpathSync(source) : path)
  }
  return [...files]
}

export type MapOf = (file: string) => SourceMap | undefined

/** Reads source maps, each once. The map of a file is the file with `.map` added to its name. */
export const readMaps = (): MapOf => {
  const maps = new Map<string, SourceMap | undefined>()
  return (file) => {
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`))
    return maps.get(file)
  }
}

/** The name of the package that a file was installed with. Undefined for the user's own files. */
export const packageOf = (file: string): string | undefined =>
  /^.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1]?.replace("\\", "/")

/** Packages that load modules instead of Node. */
const loaders = /^(?:vite|vite-node|vitest|@vitest\/.*|tsx)$/

const readMap = (file: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    return undefined
  }
}

/** The source of a position in a bundle. Undefined in the bundler's own code, which runs imported modules. */
const sourceAt = (map: SourceMap, file: string, line: number, column: number): string | undefined => {
  const entry = map.findEntry(line - 1, column - 1)
  return "originalSource" in entry && entry.originalSource !== undefined
    ? resolve(dirname(file), pathOf(entry.originalSource) ?? entry.originalSource)
    : undefined
}

const pathOf = (file: string): string | undefined => {
  const plain = file.replace(/\?.*$/, "")
  const path = plain.startsWith("file:") ? fileURLToPath(plain) : plain
  return isAbsolute(path) ? path : undefined
}
