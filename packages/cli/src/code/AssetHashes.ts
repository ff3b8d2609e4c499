import { createHash } from "node:crypto"
import type * as Asset from "@sluice/core/asset/Asset"
import * as ModuleGraph from "./ModuleGraph.ts"
import * as SourceFiles from "./SourceFiles.ts"

/**
 * A hash of each asset's code, by the asset's name: of the modules that its definition reaches. It is the same however the
 * program was started, and comments, layout and types are no part of it. An asset whose files cannot be told has none.
 *
 * A module that exports assets and nothing else is followed by none but its own assets: what an upstream makes reaches an
 * asset as data.
 */
export const make = async (assets: ReadonlyArray<Asset.Any>): Promise<Readonly<Record<string, string>>> => {
  const mapOf = SourceFiles.readMaps()
  const filesOf = new Map(assets.map((asset) => [asset, SourceFiles.filesOf(asset.callSites(), mapOf)]))
  const modules = await ModuleGraph.read([...new Set([...filesOf.values()].flat())])
  const digests = new Map([...modules].map(([file, { code }]) => [file, sha256(code)]))
  const isCut = cuts(modules, [...filesOf.values()])
  return Object.fromEntries(
    [...filesOf].flatMap(([{ name }, files]) => {
      if (files.length === 0) return []
      const reached = [...reach(modules, files, isCut)].map((file) => digests.get(file) ?? "")
      return [[name, sha256(reached.sort().join("\n")).slice(0, 20)]]
    })
  )
}

/** All modules that `files` import, themselves included. */
const reach = (
  modules: ReadonlyMap<string, ModuleGraph.Module>,
  files: ReadonlyArray<string>,
  isCut: (file: string) => boolean
): ReadonlySet<string> => {
  const seen = new Set(files)
  for (const file of seen) {
    for (const next of modules.get(file)?.imports ?? []) if (!isCut(next)) seen.add(next)
  }
  return seen
}

/**
 * Whether all that a module exports are assets: each of its exports is a constant made by a call, and there are as many of
 * them as assets that the module defines.
 */
const cuts = (modules: ReadonlyMap<string, ModuleGraph.Module>, definitions: ReadonlyArray<ReadonlyArray<string>>) => {
  const defined = new Map<string, number>()
  for (const file of definitions.flatMap((files) => files.at(-1) ?? [])) defined.set(file, (defined.get(file) ?? 0) + 1)
  const all = [...defined].filter(([file, count]) => {
    const code = modules.get(file)?.code ?? ""
    const [exports, calls] = [/\bexport\b/g, /\bexport const [\w$]+=[\w$.]+\(/g].map((text) => code.match(text)?.length ?? 0)
    return exports === count && calls === count
  })
  const files = new Set(all.map(([file]) => file))
  return (file: string) => files.has(file)
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")
