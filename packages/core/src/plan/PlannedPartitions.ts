import type * as Asset from "../asset/Asset.ts"
import { shellWord } from "../command/shellWord.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import type { Space } from "../partition/Space.ts"
import type { Cuts } from "./Cuts.ts"

/** The partitions of a plan's steps. */
export interface Cut {
  readonly cuts: Cuts
  /** The partitions that each step makes, by asset name. */
  readonly runs: ReadonlyMap<string, Runs.Runs>
  /** Whether the run makes partitions at the request of a backfill. */
  readonly isBackfill: boolean
  /** Whether the newest partitions are made first. */
  readonly newestFirst: boolean
}

/**
 * The partitions of every computed asset that is cut, by name. Those of an asset that is not selected follow from its readers. An asset
 * that is not stored makes what its readers need besides what was asked for, since they cannot have it from anywhere else.
 */
export const all = (
  graph: AssetGraph<Asset.Any>,
  { cuts, runs }: Cut,
  computed: ReadonlySet<number>
): ReadonlyMap<string, Runs.Runs> => {
  const found = new Map(runs)
  const downFirst = [...computed].sort((a, b) => (graph.level[b] ?? 0) - (graph.level[a] ?? 0))
  for (const node of downFirst) {
    const asset = graph.assets[node]
    const space = asset === undefined ? undefined : cuts.spaceOf(asset.name)
    const own = asset === undefined ? undefined : found.get(asset.name)
    if (asset === undefined || space === undefined) continue
    if (own !== undefined && asset.storage._tag !== "Ephemeral") continue
    const needed = (graph.downstreams[node] ?? [])
      .filter((reader) => computed.has(reader))
      .flatMap((reader) => graph.assets[reader] ?? [])
      .map((reader) => cuts.up(reader, asset, found.get(reader.name)))
    found.set(asset.name, needed.reduce(Runs.union, own ?? Runs.empty(space.size)))
  }
  return found
}

/** Why partitions cannot be made: those that they are made from are neither there nor in the plan. Sentences, sorted by asset. */
export const problems = (
  graph: AssetGraph<Asset.Any>,
  { cuts, runs }: Cut,
  computed: ReadonlySet<number>,
  madeOf: (asset: string) => Runs.Runs | undefined
): ReadonlyArray<string> => {
  const lacking = new Map<string, { space: Space; runs: Runs.Runs; readers: Set<string> }>()
  const need = (upstream: string, space: Space, needed: Runs.Runs, reader: string) => {
    const there = Runs.union(madeOf(upstream) ?? Runs.empty(space.size), runs.get(upstream) ?? Runs.empty(space.size))
    const missing = Runs.difference(needed, there)
    if (Runs.isEmpty(missing)) return
    const known = lacking.get(upstream) ?? { space, runs: Runs.empty(space.size), readers: new Set<string>() }
    known.runs = Runs.union(known.runs, missing)
    known.readers.add(reader)
    lacking.set(upstream, known)
  }
  for (const node of computed) {
    const asset = graph.assets[node]
    if (asset === undefined) continue
    const own = runs.get(asset.name)
    for (const upstream of Object.values(asset.upstreams)) {
      const space = cuts.spaceOf(upstream.name)
      if (space === undefined || upstream.storage._tag === "Ephemeral") continue
      if (own !== undefined) need(upstream.name, space, cuts.up(asset, upstream, own), asset.name)
      // An asset that is not cut reads what there is, and something must be there.
      else if (isNothing(madeOf(upstream.name)) && isNothing(runs.get(upstream.name))) {
        need(upstream.name, space, space.all, asset.name)
      }
    }
    const space = cuts.spaceOf(asset.name)
    if (own !== undefined && asset.partitioning?.dependsOnPast === true && space !== undefined) {
      need(asset.name, space, lines.before(space, own, 1), `${asset.name} of later partitions`)
    }
  }
  return [...lacking]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([upstream, { readers, runs: missing, space }]) => {
      const text = PartitionText.print(space, missing, { limit: 3 })
      const by = [...readers].sort().join(", ")
      const isChain = graph.assets[graph.indexOf(upstream) ?? -1]?.partitioning?.dependsOnPast === true
      const all = PartitionText.print(space, missing)
      // A chain needs the partitions before these, too. A long list of ranges cannot be read.
      const which = isChain || all !== text ? "--missing" : `--partitions ${shellWord(all)}`
      return `"${upstream}" has no ${text}, but ${by} ${readers.size === 1 ? "needs" : "need"} ${Runs.size(missing) === 1 ? "it" : "them"}. Run \`sluice backfill ${upstream} ${which}\` first, or make them together.`
    })
}

const isNothing = (runs: Runs.Runs | undefined): boolean => runs === undefined || Runs.isEmpty(runs)
