import * as Either from "effect/Either"
import type * as Asset from "../asset/Asset.ts"
import * as AssetName from "../asset/AssetName.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { describe, GraphInvalid, type GraphProblem } from "./GraphProblem.ts"
import * as Topology from "./topology.ts"

/**
 * Assets, validated once and sealed. All functions are look-ups or walks, without I/O. `A` is the union of its assets, so that
 * the compiler knows their names and services.
 */
export interface AssetGraph<out A extends Asset.Any> {
  /** The assets, in definition order. */
  readonly assets: ReadonlyArray<A>
  /** Asset names in definition order. A node's index here is its index in `upstreams`, `downstreams` and `level`. */
  readonly names: ReadonlyArray<string>
  readonly upstreams: Topology.Edges
  readonly downstreams: Topology.Edges
  /** 0 for a source, otherwise one more than the deepest upstream. */
  readonly level: ReadonlyArray<number>
  /** Returns the index of an asset. Undefined if the graph has no asset of that name. */
  readonly indexOf: (name: string) => number | undefined
}

/** The names of a graph's assets. */
export type Name<G> = G extends AssetGraph<infer A> ? A["name"] : never
/** The services that a graph's assets need. */
export type Context<G> = G extends AssetGraph<infer A> ? Asset.Context<A> : never

/** Upstreams that the listed assets use and the list lacks. */
export type Missing<Assets extends ReadonlyArray<Asset.Any>> = Exclude<
  Asset.UpstreamName<Assets[number]>,
  Assets[number]["name"]
>

/** Refuses an upstream that is not in the graph. The error names it. */
export type Closed<Assets extends ReadonlyArray<Asset.Any>> = [Missing<Assets>] extends [never]
  ? unknown
  : `the upstream ${Missing<Assets>} is not in the graph`

/**
 * Validates assets and seals them into a graph. A missing upstream is a compile error. Cycles, duplicate names and invalid
 * names are found at run time, all at once.
 *
 * ```ts
 * const graph = AssetGraph.make([greeting, letters]) // Either<AssetGraph<...>, GraphInvalid>, which is an Effect too
 * ```
 */
export const make = <const Assets extends ReadonlyArray<Asset.Any>>(
  assets: Assets & Closed<Assets>
): Either.Either<AssetGraph<Assets[number]>, GraphInvalid> => fromAssets<Assets[number]>(assets)

/** Makes a graph of assets that are known only at run time. A missing upstream is a problem at run time. */
export const fromAssets = <A extends Asset.Any>(assets: ReadonlyArray<A>): Either.Either<AssetGraph<A>, GraphInvalid> => {
  const names = assets.map((asset) => asset.name)
  const index = new Map<string, number>()
  names.forEach((name, i) => {
    if (!index.has(name)) index.set(name, i)
  })
  const ups = assets.map((asset) => Object.values(asset.upstreams))
  const upstreams = ups.map((list) => unique(list.flatMap((up) => index.get(up.name) ?? [])))
  const downstreams = Topology.reverse(upstreams)
  const { level, stuck } = Topology.levels(upstreams, downstreams)

  const problems: Array<GraphProblem> = [
    ...namingProblems(assets, index),
    ...ups.flatMap((list, i) => list.flatMap((up) => upstreamProblem(assets, index, i, up))),
    ...Topology.cycles(upstreams, stuck).map((cycle) => ({
      _tag: "Cycle" as const,
      path: [...cycle, ...cycle.slice(0, 1)].map((i) => names[i] ?? "").reverse()
    }))
  ]
  return problems.length > 0
    ? Either.left(
        new GraphInvalid({
          problems: problems.map((problem) => describe(problem, names)).sort()
        })
      )
    : Either.right({
        assets,
        names,
        upstreams,
        downstreams,
        level,
        indexOf: (name) => index.get(name)
      })
}

/** Returns an asset by its name. The compiler checks the name. */
export const get = <A extends Asset.Any, const N extends A["name"]>(
  graph: AssetGraph<A>,
  name: N
): Extract<A, { readonly name: N }> => unsafeCast(graph.assets[graph.indexOf(name) ?? -1])

const namingProblems = (
  assets: ReadonlyArray<Asset.Any>,
  index: ReadonlyMap<string, number>
): ReadonlyArray<GraphProblem> => {
  const duplicates = new Map<string, Array<string>>()
  const invalid: Array<GraphProblem> = []
  assets.forEach((asset, i) => {
    const first = assets[index.get(asset.name) ?? i]
    if (first !== undefined && first !== asset) {
      const places = duplicates.get(asset.name) ?? [first.definedAt()]
      duplicates.set(asset.name, [...places, asset.definedAt()])
    } else if (index.get(asset.name) !== i) {
      duplicates.set(asset.name, [...(duplicates.get(asset.name) ?? [asset.definedAt()]), "listed twice"])
    }
    if (!AssetName.isValid(asset.name)) {
      invalid.push({
        _tag: "InvalidName",
        name: asset.name,
        place: asset.definedAt()
      })
    }
  })
  return [
    ...invalid,
    ...[...duplicates].map(([name, places]) => ({
      _tag: "DuplicateName" as const,
      name,
      places
    }))
  ]
}

const upstreamProblem = (
  assets: ReadonlyArray<Asset.Any>,
  index: ReadonlyMap<string, number>,
  asset: number,
  upstream: Asset.Any
): ReadonlyArray<GraphProblem> => {
  const at = index.get(upstream.name)
  const owner = assets[asset]
  if (owner === undefined || (at !== undefined && assets[at] === upstream)) return []
  return [
    {
      _tag: at === undefined ? "UnknownUpstream" : "ForeignUpstream",
      asset: owner.name,
      upstream: upstream.name,
      place: owner.definedAt()
    }
  ]
}

const unique = (indices: ReadonlyArray<number>): ReadonlyArray<number> => [...new Set(indices)]
