import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type * as Selection from "@sluice/core/graph/Selection"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Owner from "@sluice/core/run/Owner"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import { didYouMean } from "@sluice/core/suggest"
import * as Effect from "effect/Effect"
import { RunFailed, UsageError } from "../CliError.ts"
import * as Human from "../render/Human.ts"

/** The typed values of the options that name partitions. */
export interface Typed {
  readonly partition: ReadonlyArray<string>
  readonly from: string | undefined
  readonly to: string | undefined
}

/** The named partitions as one expression; undefined if none is named. */
export const textOf = Effect.fn("assets.partitions.text")(function* (
  { from, partition, to }: Typed,
  option = "--partition"
): Effect.fn.Return<string | undefined, UsageError> {
  const isRange = from !== undefined || to !== undefined
  if (isRange && partition.length > 0) {
    return yield* new UsageError({
      detail: `Give ${option}, or --from and --to, not both. ${option} 2024-08-01..2024-08-31 is a range, too.`
    })
  }
  if (isRange) return from === to ? from : `${from ?? ""}..${to ?? ""}`
  return partition.length === 0 ? undefined : partition.join(",")
})

/**
 * The request of a run: the named partitions, or the latest. With `changed`, only those of them that are missing, failed or stale, or that
 * are made from a source that nobody can ask.
 */
export const requestOf = Effect.fn("assets.partitions.request")(function* (
  typed: Typed,
  changed: boolean
): Effect.fn.Return<PartitionRequest.PartitionRequest, UsageError> {
  const text = yield* textOf(typed)
  if (changed) return PartitionRequest.inState(["missing", "failed", "stale", "unknown"], text ?? "latest")
  return text === undefined ? PartitionRequest.latest : PartitionRequest.named(text)
})

/** Fails if partitions are named and no selected asset is cut, because the option would have no effect. */
export const checkCut = Effect.fn("assets.partitions.check")(function* (
  typed: Typed,
  graph: AssetGraph<Asset.Any>,
  selection: Selection.Selection
) {
  if ((yield* textOf(typed)) === undefined) return
  const selected = yield* Planner.select(graph, selection, { allowEmpty: true })
  if (selected.length === 0 || selected.some((index) => graph.assets[index]?.partitioning !== undefined)) return
  return yield* new UsageError({
    detail: `No selected asset is cut into partitions, so ${typed.partition.length > 0 ? "--partition has" : "--from and --to have"} no effect. ${cutAssets(graph)}`
  })
})

/** The assets that are cut, in a sentence. */
export const cutAssets = (graph: AssetGraph<Asset.Any>): string => {
  const cut = graph.assets.flatMap(({ name, partitioning }) => (partitioning === undefined ? [] : [name]))
  return cut.length === 0
    ? "No asset of this pipeline is cut."
    : `Assets that are cut: ${cut.slice(0, 10).join(", ")}${cut.length > 10 ? ` and ${cut.length - 10} more` : ""}.`
}

/** What is known of the partitions of a graph's assets. Undefined if no asset is cut. */
export const facts = Effect.fn("assets.partitions.facts")(function* (graph: AssetGraph<Asset.Any>) {
  return yield* PartitionFacts.of(graph, yield* (yield* RunStore).materializations)
})

/** What fails once a command changes the store has the exit code of a failed run. */
export const afterBeginning = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (error) => (error instanceof UsageError ? error : new RunFailed({ detail: error.message })))

/** Refuses to change what is known of an asset's partitions while a run makes some of them. */
export const refuseRivals = Effect.fn("assets.partitions.rivals")(function* (name: string) {
  const [rival] = yield* Owner.concurrentRuns([name])
  if (rival === undefined) return
  return yield* new UsageError({
    detail: `${Human.run(rival.run)} is making partitions of ${name}. Nothing was changed: wait until it has ended, or stop it first.`
  })
})

/** The states of the partitions of an asset that is cut. Fails if it is not stored. */
export const statesOf = Effect.fn("assets.partitions.states")(function* (
  graph: AssetGraph<Asset.Any>,
  { name }: Pick<Asset.Any, "name">
) {
  const states = (yield* facts(graph))?.states.get(name)
  return (
    states ??
    (yield* new UsageError({
      detail: `${name} is not stored, so none of its partitions is kept. They are made whenever an asset needs them.`
    }))
  )
})

/** The asset of a name. Fails if there is none, or if it is not cut. */
export const cutAsset = Effect.fn("assets.partitions.asset")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  name: string
): Effect.fn.Return<A, UsageError> {
  const found = graph.assets.find((each) => each.name === name)
  if (found === undefined) {
    return yield* new UsageError({
      detail: `There is no asset "${name}".${didYouMean(name, graph.names, 10)} \`sluice list\` shows every asset.`
    })
  }
  if (found.partitioning === undefined) {
    return yield* new UsageError({ detail: `${name} is not cut into partitions. ${cutAssets(graph)}` })
  }
  return found
})
