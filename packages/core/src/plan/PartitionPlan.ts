import * as Either from "effect/Either"
import type * as Asset from "../asset/Asset.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import type { Space } from "../partition/Space.ts"
import * as Stored from "../partition/Stored.ts"
import type { Cuts } from "./Cuts.ts"
import * as PartitionReport from "./PartitionReport.ts"
import type { PartitionRequest, PartitionState } from "./PartitionRequest.ts"
import type { PartitionStates } from "./PartitionStaleness.ts"
import { PartitionsNotPlanned } from "./PartitionsNotPlanned.ts"

/** What a choice of partitions is made from. */
export interface Context {
  readonly graph: AssetGraph<Asset.Any>
  readonly cuts: Cuts
  readonly states: ReadonlyMap<string, PartitionStates>
}

/**
 * The partitions to make of each selected asset that is cut, by name; none of an asset that is up to date. Named partitions that an
 * asset's set does not have are mapped from a selected asset whose set has them. An asset that is not stored has no state: it is left
 * out, and its partitions follow from its readers.
 */
export const choose = (
  { cuts, graph, states }: Context,
  selected: ReadonlyArray<number>,
  request: PartitionRequest,
  { downstream }: { readonly downstream: boolean }
): Either.Either<ReadonlyMap<string, Runs.Runs>, PartitionsNotPlanned> => {
  const assets = inOrder(graph, selected)
  const { chosen, problems } = read({ cuts, graph, states }, assets, request)
  const withoutLatest = isLatest(request) ? [...problems.keys()] : []
  refuseRecut(assets, states, problems)
  const left = assets.flatMap(({ name }) => problems.get(name) ?? [])
  if (left.length > 0) {
    const rest = withoutLatest.length > 0 && withoutLatest.length < assets.length
    const others = rest ? [`To make the other assets only, add \`--exclude ${withoutLatest.join(",")}\`.`] : []
    return Either.left(new PartitionsNotPlanned({ problems: [...left, ...others] }))
  }
  if (request._tag === "InState") {
    for (const asset of assets) {
      const runs = chosen.get(asset.name)
      if (runs !== undefined) chosen.set(asset.name, inState(asset, states.get(asset.name), request.states, runs))
    }
  }
  if (isLatest(request)) addNeeded(assets, cuts, states, chosen)
  if (downstream) addDownstream(assets, cuts, states, chosen)
  for (const asset of assets) {
    const runs = chosen.get(asset.name)
    if (runs !== undefined)
      chosen.set(asset.name, withLookback(asset, cuts.spaceOf(asset.name), states.get(asset.name), runs))
  }
  for (const { name, storage } of assets) {
    const runs = chosen.get(name)
    if (storage._tag === "Ephemeral" && runs !== undefined && Runs.isEmpty(runs)) chosen.delete(name)
  }
  return Either.right(chosen)
}

/**
 * The stored partitions of each selected asset that has checks of partitions, of those that are named. Assets without any are left
 * out.
 */
export const stored = (
  context: Context,
  selected: ReadonlyArray<number>,
  text: string
): Either.Either<ReadonlyMap<string, Runs.Runs>, PartitionsNotPlanned> => {
  const { cuts, graph, states } = context
  const assets = inOrder(graph, selected).filter(
    ({ checks, name, storage }) =>
      cuts.spaceOf(name) !== undefined && storage._tag === "Stored" && checks.some((check) => check.of === "partition")
  )
  const { chosen, problems } = read(context, assets, { _tag: "Named", text })
  for (const { name, storage } of assets) {
    if (storage._tag === "Stored" && storage.slices === undefined) {
      problems.set(name, `The checks of ${name} cannot read one partition of a ${storage.kind}. Add \`--exclude ${name}\`.`)
    }
  }
  refuseRecut(assets, states, problems)
  const found = [...chosen].map(([name, runs]) => {
    const made = states.get(name)?.made
    return [name, made === undefined ? Runs.empty(runs.space) : Runs.intersect(runs, made)] as const
  })
  const there = new Map(found.filter(([, runs]) => !Runs.isEmpty(runs)))
  const [first] = assets
  if (problems.size === 0 && there.size === 0 && first !== undefined) {
    problems.set("", `No partition of ${text} is made. \`sluice partitions list ${first.name}\` shows those that are.`)
  }
  return problems.size === 0
    ? Either.right(there)
    : Either.left(new PartitionsNotPlanned({ problems: [...problems.values()] }))
}

/** The requested partitions of each asset that is cut, and what is wrong with the request. */
const read = ({ cuts, states }: Context, assets: ReadonlyArray<Asset.Any>, request: PartitionRequest) => {
  const chosen = new Map<string, Runs.Runs>()
  const problems = new Map<string, string>()
  for (const asset of assets) {
    const { name } = asset
    const space = cuts.spaceOf(name)
    if (space === undefined) continue
    const found = requested(asset, space, states.get(name), request)
    if (Either.isRight(found)) chosen.set(name, found.right)
    else if (!isLatest(request) || !isReadBy(assets, asset)) problems.set(name, found.left)
  }
  spread(assets, cuts, chosen, problems)
  return { chosen, problems }
}

/** Adds the assets whose stored partitions, or whole tables, are not those of their sets now. */
const refuseRecut = (
  assets: ReadonlyArray<Asset.Any>,
  states: ReadonlyMap<string, PartitionStates>,
  problems: Map<string, string>
): void => {
  for (const { name } of assets) {
    const { isMadeWhole = false, recut = [] } = states.get(name) ?? {}
    if (recut.length > 0) problems.set(name, `${name}: ${recut.join(" ")} ${PartitionReport.recutRemedy(name)}`)
    if (isMadeWhole) problems.set(name, `${name} ${PartitionReport.wholeRemedy(name)}`)
  }
}

const isLatest = (request: PartitionRequest): boolean =>
  request._tag === "Latest" || (request._tag === "InState" && request.text === "latest")

/** Whether an asset is not stored and one of these reads it, so that its partitions follow from the reader. */
const isReadBy = (assets: ReadonlyArray<Asset.Any>, { name, storage }: Asset.Any): boolean =>
  storage._tag === "Ephemeral" &&
  assets.some(({ upstreams }) => Object.values(upstreams).some((upstream) => upstream.name === name))

/** The assets of a selection, upstreams first. */
const inOrder = (graph: AssetGraph<Asset.Any>, selected: ReadonlyArray<number>): ReadonlyArray<Asset.Any> =>
  [...selected]
    .sort((a, b) => (graph.level[a] ?? 0) - (graph.level[b] ?? 0) || a - b)
    .flatMap((index) => graph.assets[index] ?? [])

const requested = (
  asset: Asset.Any,
  space: Space,
  states: PartitionStates | undefined,
  request: PartitionRequest
): Either.Either<Runs.Runs, string> => {
  const { name } = asset
  const parsed = (text: string) => Either.mapLeft(PartitionText.parse(space, text), (problem) => `${name}: ${problem}`)
  switch (request._tag) {
    case "Named":
      return parsed(request.text)
    case "InState":
      if (isLatest(request)) return latestOf(asset, space, ["missing", "stale"])
      return request.text === undefined ? Either.right(space.all) : parsed(request.text)
    case "Unfinished": {
      const planned = request.planned.get(name)
      if (planned === undefined || states === undefined) return Either.right(Runs.empty(space.size))
      return Either.right(madeBefore(Stored.toRuns(space, planned).runs, states, request.since))
    }
    case "Latest":
      return latestOf(asset, space, ["missing"])
  }
}

/** The latest partition. Only time windows have one. The refusal of another set names the backfill that makes its partitions. */
const latestOf = (
  { name, storage }: Asset.Any,
  space: Space,
  wanted: ReadonlyArray<PartitionState>
): Either.Either<Runs.Runs, string> => {
  const set = `${name} is cut by ${space.name}, which`
  const flags = wanted.map((state) => `--${state}`).join(" ")
  const makes = `\`sluice backfill ${name} ${flags}\` makes those that are ${wanted.join(" or ")}.`
  const backfill = storage._tag === "Stored" ? ` ${makes}` : ""
  const isOfTime = PartitionText.hasWindows(space)
  if (isOfTime && !Runs.isEmpty(space.all)) return PartitionText.parse(space, "latest")
  return Either.left(
    isOfTime
      ? `${set} has no complete partition yet. Its option \`endOffset: 1\` adds the one that is not complete.`
      : Runs.isEmpty(space.all)
        ? `${set} has no partition yet. Add its keys first.${backfill}`
        : `${set} has no latest partition. Name the partitions with --partition.${backfill}`
  )
}

/** Those of some partitions that are in one of some states. An asset that is not stored has no state. */
const inState = (
  { storage }: Asset.Any,
  states: PartitionStates | undefined,
  wanted: ReadonlyArray<PartitionState>,
  runs: Runs.Runs
): Runs.Runs =>
  storage._tag === "Ephemeral"
    ? Runs.empty(runs.space)
    : wanted
        .map((state) => states?.[state] ?? (state === "missing" ? runs : Runs.empty(runs.space)))
        .map((found) => Runs.intersect(runs, found))
        .reduce(Runs.union, Runs.empty(runs.space))

/** The partitions that were not made at a time or after it. */
const madeBefore = (runs: Runs.Runs, { madeAt }: PartitionStates, time: number): Runs.Runs => {
  const left = function* () {
    for (const [from, to] of Runs.ranges(runs)) {
      for (let index = from; index < to; index++) {
        const at = madeAt(index)
        if (at === undefined || at < time) yield [index, index + 1] as const
      }
    }
  }
  return Runs.fromRanges(runs.space, left())
}

/** Maps partitions to the assets that could not read the request, from the assets beside them. */
const spread = (
  assets: ReadonlyArray<Asset.Any>,
  cuts: Cuts,
  chosen: Map<string, Runs.Runs>,
  problems: Map<string, string>
): void => {
  for (let grown = true; grown; ) {
    grown = false
    const settle = (name: string, runs: Runs.Runs) => {
      problems.delete(name)
      chosen.set(name, runs)
      grown = true
    }
    for (const reader of assets) {
      const own = chosen.get(reader.name)
      for (const upstream of Object.values(reader.upstreams)) {
        const theirs = chosen.get(upstream.name)
        if (own !== undefined && problems.has(upstream.name)) settle(upstream.name, cuts.up(reader, upstream, own))
        else if (own === undefined && theirs !== undefined && problems.has(reader.name)) {
          settle(reader.name, cuts.down(reader, upstream, theirs))
        }
      }
    }
  }
}

/** Adds the missing partitions of selected upstreams that the latest ones are made from. */
const addNeeded = (
  assets: ReadonlyArray<Asset.Any>,
  cuts: Cuts,
  states: ReadonlyMap<string, PartitionStates>,
  chosen: Map<string, Runs.Runs>
): void => {
  for (const reader of [...assets].reverse()) {
    const own = chosen.get(reader.name)
    if (own === undefined) continue
    for (const upstream of Object.values(reader.upstreams)) {
      const theirs = chosen.get(upstream.name)
      if (theirs === undefined) continue
      const { made } = states.get(upstream.name) ?? { made: Runs.empty(theirs.space) }
      chosen.set(upstream.name, Runs.union(theirs, Runs.difference(cuts.up(reader, upstream, own), made)))
    }
  }
}

const addDownstream = (
  assets: ReadonlyArray<Asset.Any>,
  cuts: Cuts,
  states: ReadonlyMap<string, PartitionStates>,
  chosen: Map<string, Runs.Runs>
): void => {
  for (const reader of assets) {
    for (const upstream of Object.values(reader.upstreams)) {
      const [own, theirs] = [chosen.get(reader.name), chosen.get(upstream.name)]
      if (own === undefined || theirs === undefined || Runs.isEmpty(theirs)) continue
      chosen.set(reader.name, Runs.union(own, cuts.down(reader, upstream, theirs)))
    }
    const [own, space, made] = [chosen.get(reader.name), cuts.spaceOf(reader.name), states.get(reader.name)?.made]
    if (reader.partitioning?.dependsOnPast !== true || own === undefined || space === undefined || made === undefined)
      continue
    chosen.set(reader.name, Runs.union(own, Runs.intersect(lines.after(space, own), made)))
  }
}

/** Adds the partitions before each new one that are made again with it. */
const withLookback = (
  { partitioning }: Asset.Any,
  space: Space | undefined,
  states: PartitionStates | undefined,
  runs: Runs.Runs
): Runs.Runs => {
  const lookback = partitioning?.lookback ?? 0
  if (lookback === 0 || space === undefined || states === undefined) return runs
  let all = runs
  let before = Runs.difference(runs, states.made)
  for (let by = 1; by <= lookback && !Runs.isEmpty(before); by++) {
    before = lines.before(space, before, 1)
    all = Runs.union(all, Runs.intersect(before, states.made))
  }
  return all
}
