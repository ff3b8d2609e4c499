import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { PartitionsInvalid } from "@sluice/core/partition/PartitionsInvalid"
import * as Standing from "@sluice/core/partition/Standing"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import { RunStore, type RunStoreFailed } from "@sluice/core/run/RunStore"
import type { StoreFailed } from "@sluice/core/source/StoreFailed"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { type CutByMask, Erasure, type ErasureSpec, type Found } from "./Erasure.ts"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** The tables of a graph that are cut by mask ids: the column of `partitionBy` has them, and code adds the keys. */
export const cutsOf = (graph: AssetGraph<Asset.Any>): ReadonlyArray<CutByMask> =>
  graph.assets.flatMap(({ name: asset, partitioning, storage }): ReadonlyArray<CutByMask> => {
    const table = storage._tag === "Stored" && storage.relation?._tag === "Table" ? storage.relation : undefined
    if (partitioning === undefined || table?.partitionBy === undefined) return []
    const { partitionBy } = table
    const { partitions } = partitioning
    const cuts =
      typeof partitionBy === "string"
        ? [[partitionBy, partitions] as const]
        : Partitions.dimensionsOf(partitions).map(([dimension, set]) => [partitionBy[dimension] ?? "", set] as const)
    return cuts.flatMap(([column, set], at) =>
      Partitions.isDynamic(set) && table.columns[column]?.maskOf !== undefined ? [{ asset, table, column, set, at }] : []
    )
  })

/**
 * Erases a person, with the keys of dynamic sets that are mask ids of removed values. The keys are removed first, with what the history
 * knows of their partitions: once the rows are gone, nothing says whose these were. If the process dies in between, a repetition
 * removes the rest.
 */
export const erase = Effect.fn("PersonalPartitions.erase")(function* (
  graph: AssetGraph<Asset.Any>,
  spec: ErasureSpec,
  id: Redacted.Redacted
): Effect.fn.Return<
  Found,
  WarehouseFailed | StoreFailed | RunStoreFailed | PartitionsInvalid,
  Erasure | DynamicKeys | RunStore
> {
  const erasure = yield* Erasure
  const { cuts = [] } = spec
  if (cuts.length > 0) yield* forget(graph, cuts, yield* erasure.preview(spec, id))
  const found = yield* erasure.erase(spec, id)
  // A run may have published in between.
  yield* forget(graph, cuts, found)
  return found
})

const forget = Effect.fnUntraced(function* (
  graph: AssetGraph<Asset.Any>,
  cuts: ReadonlyArray<CutByMask>,
  { keys: found = {} }: Found
) {
  const kept = yield* DynamicKeys
  const store = yield* RunStore
  for (const { asset, at, set } of cuts) {
    const keys = found[set.name] ?? []
    if (keys.length === 0) continue
    yield* kept.remove(set, keys)
    const space = (yield* PartitionFacts.cutsOf(graph))?.spaceOf(asset)
    const standing = yield* store.standing(asset)
    if (space === undefined || standing === undefined) continue
    // The set no longer has the keys, so their partitions are orphaned. A cell has no part for the windows.
    const { cells, unit } = Standing.at(space, standing).orphaned
    const time = space.dimensions.findIndex((dimension) => dimension.space.windows !== undefined)
    const part = time >= 0 && time < at ? at - 1 : at
    const own = Object.entries(cells).filter(([cell]) => keys.includes(cell.split("|")[part] ?? ""))
    yield* store.forgetPartitions(asset, { unit, cells: Object.fromEntries(own) })
  }
})
