import { existsSync, readFileSync, realpathSync } from "node:fs"
import { SourceMap } from "node:module"
import { dirname, isAbsolute, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { CallSite } from "@sluice/core/asset/CallSite"

/**
 * The source files whose code defined an asset, from the helper that was called last to the module that began it. Empty if
 * they cannot be told: the asset was defined in code that lies in no file. `mapOf` finds the source map of a bundle.
 *
 * What loads modules (Node, a test runner, a bundle's own start) ends the search: who imports a module is no part of it.
 */
export const filesOf = (sites: ReadonlyArray<CallSite>, mapOf: MapOf): ReadonlyArray<string> => {
  const files = new Set<string>()
  let isBundled = false
  for (const { column, file, line } of sites) {
    if (file.startsWith("node:")) break
    const path = pathOf(file)
    if (path === undefined) return []
    const map = mapOf(path)
    // What runs a bundle is no part of it.
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

/** Source maps by the file that they belong to, from the file of that name with `.map` after it. Each is read once. */
export const readMaps = (): MapOf => {
  const maps = new Map<string, SourceMap | undefined>()
  return (file) => {
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`))
    return maps.get(file)
  }
}

/** The package that a file was installed with; undefined for a file of the user's own. */
export const packageOf = (file: string): string | undefined =>
  /^.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1]?.replace("\\", "/")

/** Packages that load a program's modules in the place of Node. */
const loaders = /^(?:vite|vite-node|vitest|@vitest\/.*|tsx)$/

const readMap = (file: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    return undefined
  }
}

/** Where a place of a bundle came from; undefined in code of the bundler's own, which runs a module when it is imported. */
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
