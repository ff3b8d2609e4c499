import { createHash } from "node:crypto"
import type * as Asset from "@sluice/core/asset/Asset"
import * as ModuleGraph from "./ModuleGraph.ts"
import * as SourceFiles from "./SourceFiles.ts"

/**
 * Hashes each asset's code, by the asset's name. A hash covers the modules that the asset's definition reaches. Comments,
 * layout and types do not count, and every way to start the program gives the same hash. An asset whose files are unknown has
 * no hash.
 *
 * If a module exports only assets, imports of it are not followed: an upstream passes data, not code. Only the hashes of its
 * own assets cover it. Imports of a module that exports only sets of partitions are not followed either: a later start changes
 * which partitions there are, and not how they are made.
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

/** All modules that `files` import, directly and indirectly, and `files` themselves. */
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
 * Whether a module exports only assets: each export is a constant whose value is a call, and there are as many exports as
 * assets defined in the module.
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
  return (file: string) => files.has(file) || hasOnlySets(modules.get(file)?.code ?? "")
}

/** Whether a module exports only sets of partitions: each export is a constant whose value is a call of `Partitions`. */
const hasOnlySets = (code: string): boolean => {
  const namespace = /\bimport\*as ([\w$]+) from"@sluice\/core\/partition\/Partitions"/.exec(code)?.[1]
  if (namespace === undefined) return false
  const sets = [...code.matchAll(/\bexport const [\w$]+=([\w$]+)\.(\w+)\(/g)].filter(
    ([, object, name = ""]) => object === namespace && makers.has(name)
  )
  return sets.length === code.match(/\bexport\b/g)?.length
}

const makers = new Set(["hourly", "daily", "weekly", "monthly", "every", "fixed", "dynamic", "product"])

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")
