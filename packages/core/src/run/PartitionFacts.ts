import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Asset from "../asset/Asset.ts"
import { CodeVersions } from "../asset/CodeVersions.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import { DynamicKeys } from "../partition/DynamicKeys.ts"
import type { PartitionsInvalid } from "../partition/PartitionsInvalid.ts"
import * as Cuts from "../plan/Cuts.ts"
import * as PartitionStaleness from "../plan/PartitionStaleness.ts"
import type { StoreFailed } from "../source/StoreFailed.ts"
import type { Materialization } from "./RunRecord.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** What is known of a graph's partitions at this moment. */
export interface PartitionFacts {
  readonly cuts: Cuts.Cuts
  /** The states of the partitions of each asset that is cut and stored, by name. */
  readonly states: ReadonlyMap<string, PartitionStaleness.PartitionStates>
}

/** Reads what is known of a graph's partitions. Undefined, and nothing is read, if no asset is cut. */
export const of = Effect.fn("PartitionFacts.of")(function* (
  graph: AssetGraph<Asset.Any>,
  materialized: ReadonlyMap<string, Materialization>
): Effect.fn.Return<PartitionFacts | undefined, PartitionsInvalid | RunStoreFailed | StoreFailed, RunStore> {
  const cuts = yield* cutsOf(graph)
  if (cuts === undefined) return undefined
  const standings = yield* (yield* RunStore).standings
  const states = PartitionStaleness.of(graph, cuts, {
    standingOf: (asset) => standings.get(asset),
    dataSince: ({ name, storage }) => {
      const last = materialized.get(name)
      // The data of a source that has no version may be the same as before.
      const isUnknown = storage._tag === "Ephemeral" && last?.provenance.data === last?.runId
      return isUnknown ? undefined : timeOf(last?.provenance.since ?? last?.at)
    },
    isMadeWhole: ({ name, storage }) => isMadeWhole(storage, materialized.get(name)),
    observedSince: (asset) =>
      standings.get(asset)?.observed?.since ?? timeOf(materialized.get(asset)?.provenance.observedSince),
    codeVersionOf: yield* CodeVersions
  })
  return { cuts, states }
})

/** A run of partitions records their number. A table without rows can be cut as it is. */
const isMadeWhole = (storage: Asset.Any["storage"], last: Materialization | undefined): boolean =>
  storage._tag === "Stored" &&
  !storage.isExternal &&
  storage.relation?._tag === "Table" &&
  last !== undefined &&
  typeof last.metadata["partitions"] !== "number" &&
  last.metadata["rows"] !== 0

const timeOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Date.parse(at))

/** How the assets of a graph are cut at this moment. Undefined if none is. */
export const cutsOf = Effect.fnUntraced(function* (graph: AssetGraph<Asset.Any>) {
  if (graph.assets.every(({ partitioning }) => partitioning === undefined)) return undefined
  const kept = yield* Effect.serviceOption(DynamicKeys)
  const keys = Option.isSome(kept) ? yield* kept.value.all : new Map<string, ReadonlyArray<string>>()
  const now = yield* Clock.currentTimeMillis
  return yield* Cuts.at(graph, { now, keysOf: (set) => keys.get(set) ?? [] })
})
