import type * as Asset from "../asset/Asset.ts"
import type { CodeVersionOf } from "../asset/CodeVersions.ts"
import * as Storage from "../asset/Storage.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Signature from "../partition/Signature.ts"
import type { Space } from "../partition/Space.ts"
import * as Standing from "../partition/Standing.ts"
import type * as Stored from "../partition/Stored.ts"
import type { Cuts } from "./Cuts.ts"

/** The state of an asset's partitions. A partition can be in several sets: made, stale, and failed at its last attempt. */
export interface PartitionStates {
  readonly space: Space
  /** Those that are there. */
  readonly made: Runs.Runs
  readonly missing: Runs.Runs
  readonly failed: Runs.Runs
  /** Those that are there, and were made from other code or other rows than today's. */
  readonly stale: Runs.Runs
  readonly causes: ReadonlyArray<Cause>
  /**
   * Those that are there, and are made from something that nobody can ask whether it has changed: a source that is not stored, or
   * partitions that are made from one.
   */
  readonly unknown: Runs.Runs
  /** Those that are there, and that the set no longer has. */
  readonly orphaned: Stored.Stored
  /** How the partitions that are there were cut. */
  readonly signature: Signature.Signature
  /** How the set is cut in another way than the partitions that are there: sentences; empty if it is not. */
  readonly recut: ReadonlyArray<string>
  /** Whether the table was last made whole, so that none of its rows is known to be in a partition. */
  readonly isMadeWhole: boolean
  readonly madeAt: (index: number) => number | undefined
}

/** Why partitions are stale. */
export interface Cause {
  readonly _tag: "Code" | "CodeUnknown" | "LateRows" | "Source" | "Input" | "Upstream"
  /** The upstream that was made since (`Input`), or is stale itself (`Upstream`); the asset itself if it depends on its past. */
  readonly asset?: string
  readonly runs: Runs.Runs
}

/** What the history knows of the graph's assets. */
export interface Recorded {
  readonly standingOf: (asset: string) => Standing.Standing | undefined
  /** Since when an asset that is not cut has its data, in milliseconds since the epoch; undefined if that is not known. */
  readonly dataSince: (asset: Asset.Any) => number | undefined
  /** Since when what an asset observes is the same, in milliseconds since the epoch; undefined if it observes nothing. */
  readonly observedSince: (asset: string) => number | undefined
  /** Whether the last materialization of an asset that is cut made its table whole. */
  readonly isMadeWhole: (asset: Asset.Any) => boolean
  readonly codeVersionOf: CodeVersionOf
}

/** The states of the partitions of every asset that is cut, by name. O(assets + ranges), and a walk for each upstream. */
export const of = (graph: AssetGraph<Asset.Any>, cuts: Cuts, recorded: Recorded): ReadonlyMap<string, PartitionStates> => {
  const all = new Map<string, PartitionStates>()
  const currents = new Map<string, Standing.Current>()
  const order = graph.assets.map((_, index) => index).sort((a, b) => (graph.level[a] ?? 0) - (graph.level[b] ?? 0))
  for (const index of order) {
    const asset = graph.assets[index]
    const space = asset === undefined ? undefined : cuts.spaceOf(asset.name)
    if (asset === undefined || space === undefined || asset.storage._tag === "Ephemeral") continue
    const signature = Signature.of(space, Storage.partitionByOf(asset.storage))
    const isMadeWhole = recorded.isMadeWhole(asset)
    const standing = (isMadeWhole ? undefined : recorded.standingOf(asset.name)) ?? Standing.empty(signature)
    const current = Standing.at(space, standing)
    currents.set(asset.name, current)
    const causes = [
      ...codeCauses(space, current, recorded.codeVersionOf(asset)),
      { _tag: "LateRows" as const, runs: current.late },
      ...sourceCauses(current, recorded.observedSince(asset.name)),
      ...Object.values(asset.upstreams).flatMap((upstream) =>
        inputCauses(asset, upstream, cuts, current, currents, all, recorded)
      )
    ].filter(({ runs }) => !Runs.isEmpty(runs))
    const stale = causes.reduce((sum, { runs }) => Runs.union(sum, runs), Runs.empty(space.size))
    const after = asset.partitioning?.dependsOnPast === true ? afterStale(space, current, stale) : Runs.empty(space.size)
    all.set(asset.name, {
      space,
      made: current.made,
      missing: Runs.difference(space.all, current.made),
      failed: current.failed,
      stale: Runs.union(stale, after),
      causes: Runs.isEmpty(after) ? causes : [...causes, { _tag: "Upstream", asset: asset.name, runs: after }],
      unknown: isUnknown(asset) ? current.made : unknownInputs(asset, cuts, current, all),
      orphaned: current.orphaned,
      signature: standing.signature,
      recut: Signature.differences(standing.signature, signature),
      isMadeWhole,
      madeAt: current.madeAt
    })
  }
  return all
}

/** Whether an asset reads something outside of the graph, itself or through assets that are not stored. */
const isUnknown = ({ upstreams }: Asset.Any): boolean => {
  const all = Object.values(upstreams)
  return all.length === 0 || all.some(({ storage }) => storage._tag === "Ephemeral")
}

/** The partitions that are made from unknown ones. If these are made again, they must be, too. */
const unknownInputs = (
  asset: Asset.Any,
  cuts: Cuts,
  { made }: Standing.Current,
  above: ReadonlyMap<string, PartitionStates>
): Runs.Runs =>
  Object.values(asset.upstreams).reduce((sum, upstream) => {
    const unknown = above.get(upstream.name)?.unknown
    return unknown === undefined ? sum : Runs.union(sum, Runs.intersect(cuts.down(asset, upstream, unknown), made))
  }, Runs.empty(made.space))

/** Of a chain, the partitions after one that is stale, or that was made again after them. */
const afterStale = (space: Space, { made, madeAt }: Standing.Current, stale: Runs.Runs): Runs.Runs => {
  const found: Array<readonly [number, number]> = []
  let isAfter = false
  for (const index of Runs.indices(made)) {
    const before = lines.previous(space, index)
    const [own, earlier] = [madeAt(index), before === undefined ? undefined : madeAt(before)]
    const isNewer = own !== undefined && earlier !== undefined && earlier > own
    isAfter = before !== undefined && (isNewer || Runs.has(stale, before) || (isAfter && Runs.has(made, before)))
    if (isAfter) found.push([index, index + 1])
  }
  return Runs.fromRanges(space.size, found)
}

const sourceCauses = ({ groups, made }: Standing.Current, since: number | undefined): ReadonlyArray<Cause> => {
  if (since === undefined) return []
  let before = Runs.empty(made.space)
  for (const { at, runs } of groups) if (at < since) before = Runs.union(before, runs)
  return [{ _tag: "Source", runs: before }]
}

const codeCauses = (space: Space, { groups, made }: Standing.Current, code: string | undefined): ReadonlyArray<Cause> => {
  if (code === undefined) return [{ _tag: "CodeUnknown", runs: made }]
  let changed = Runs.empty(space.size)
  for (const group of groups) if (group.code !== code) changed = Runs.union(changed, group.runs)
  return [{ _tag: "Code", runs: changed }]
}

const inputCauses = (
  asset: Asset.Any,
  upstream: Asset.Any,
  cuts: Cuts,
  current: Standing.Current,
  currents: ReadonlyMap<string, Standing.Current>,
  above: ReadonlyMap<string, PartitionStates>,
  recorded: Recorded
): ReadonlyArray<Cause> => {
  const { name } = upstream
  // Nobody knows what a slice of a source would be now. A source that is read whole has a version.
  if (upstream.storage._tag === "Ephemeral" && upstream.partitioning !== undefined) return []
  const theirs = currents.get(name)
  const downOf = (runs: Runs.Runs) => Runs.intersect(cuts.down(asset, upstream, runs), current.made)
  const groups =
    theirs === undefined
      ? [{ at: recorded.dataSince(upstream) ?? Number.NEGATIVE_INFINITY, runs: current.made }]
      : [...theirs.groups].map(({ at, runs }) => ({ at, runs: downOf(runs) }))
  const stale = above.get(name)?.stale
  return [
    { _tag: "Input", asset: name, runs: newer(groups, current) },
    ...(stale === undefined ? [] : [{ _tag: "Upstream" as const, asset: name, runs: downOf(stale) }])
  ]
}

/** The partitions that were made before something that they are made from. Walks both from the newest to the oldest. */
const newer = (
  inputs: ReadonlyArray<{ readonly at: number; readonly runs: Runs.Runs }>,
  { groups, made }: Standing.Current
): Runs.Runs => {
  const newestFirst = [...inputs].sort((a, b) => b.at - a.at)
  let [at, since, found] = [0, Runs.empty(made.space), Runs.empty(made.space)]
  for (const group of [...groups].sort((a, b) => b.at - a.at)) {
    for (let input = newestFirst[at]; input !== undefined && input.at > group.at; input = newestFirst[++at]) {
      since = Runs.union(since, input.runs)
    }
    found = Runs.union(found, Runs.intersect(since, group.runs))
  }
  return found
}
