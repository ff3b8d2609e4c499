import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Asset from "../asset/Asset.ts"
import type { CodeVersionOf } from "../asset/CodeVersions.ts"
import * as Storage from "../asset/Storage.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Topology from "../graph/topology.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Stored from "../partition/Stored.ts"
import { PartitionsNotPlanned } from "./PartitionsNotPlanned.ts"
import type { Cut } from "./PlannedPartitions.ts"
import * as PlannedPartitions from "./PlannedPartitions.ts"

/** The reason for a step in a plan. */
export const Reason = Schema.Union(
  /** The asset is selected. */
  Schema.TaggedStruct("Selected", {}),
  /** The asset is not stored, and these steps need its value. */
  Schema.TaggedStruct("NeededBy", { assets: Schema.Array(Schema.String) }),
  /**
   * The asset lies between a recomputed source and a selected asset: all inputs of a step come from one snapshot of the source.
   */
  Schema.TaggedStruct("SameSnapshot", { source: Schema.String }),
  /** The asset is stored: these steps load its last materialization. */
  Schema.TaggedStruct("LoadedFor", { assets: Schema.Array(Schema.String) })
)
export type Reason = typeof Reason.Type

/** What a step does with its asset: an external one is loaded, observed and checked. */
export const Action = Schema.Literal("materialize", "load", "check", "observe")
export type Action = typeof Action.Type

/** One step: an asset that is materialized, loaded from storage, or only checked. */
export const Step = Schema.Struct({
  asset: Schema.String,
  action: Action,
  reason: Reason,
  /** The steps that must succeed before, by asset name. */
  after: Schema.Array(Schema.String),
  /** The partitions that the step makes. Absent for an asset without partitions. */
  partitions: Schema.optionalWith(Stored.Stored, { exact: true }),
  /** The number of these partitions. */
  partitionCount: Schema.optionalWith(Schema.Number, { exact: true }),
  /** The version of the code that makes them. Absent for an asset without partitions, and if the code has no version. */
  code: Schema.optionalWith(Schema.String, { exact: true })
})
export type Step = typeof Step.Type

/** A step that is not recorded yet. */
export type Planned = Omit<Step, "code" | "partitions">

/** The ordered steps of one run and the reason for each. `A` is the union of the graph's assets, whose services a run needs. */
export interface Plan<out A extends Asset.Any> {
  readonly graph: AssetGraph<A>
  /** The selection as the person wrote it. */
  readonly selection: string
  /** Every step follows the steps that it waits for. */
  readonly steps: ReadonlyArray<Planned>
  /** The partitions of its steps; undefined if no asset of the graph is cut. */
  readonly cut: Cut | undefined
}

/** The partitions of an asset that a plan makes, as they are stored; undefined if the asset is not cut. O(ranges). */
export const storedPartitions = ({ cut }: Plan<Asset.Any>, asset: string): Stored.Stored | undefined => {
  const [space, runs] = [cut?.cuts.spaceOf(asset), cut?.runs.get(asset)]
  return space && runs && Stored.of(space, runs)
}

/** The steps of a plan as a run records them: with what they make, and by which code. */
export const recorded = (plan: Plan<Asset.Any>, codeVersionOf: CodeVersionOf): ReadonlyArray<Step> =>
  plan.steps.map((step) => {
    const partitions = step.partitionCount === undefined ? undefined : storedPartitions(plan, step.asset)
    if (partitions === undefined) return step
    const asset = plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1]
    const code = asset && codeVersionOf(asset)
    return { ...step, partitions, ...(code === undefined ? {} : { code }) }
  })

/** A plan of some of its steps. */
export const partOf = <A extends Asset.Any>(plan: Plan<A>, steps: ReadonlyArray<Planned>): Plan<A> => {
  const names = new Set(steps.map(({ asset }) => asset))
  return { ...plan, steps: steps.map((step) => ({ ...step, after: step.after.filter((name) => names.has(name)) })) }
}

/** Whether a plan reads a source. */
export const readsSource = ({ graph, steps }: Plan<Asset.Any>): boolean =>
  steps.some(({ action, asset }) => {
    const found = graph.assets[graph.indexOf(asset) ?? -1]
    return action === "materialize" && found !== undefined && isSource(found)
  })

/** Whether an asset is a source, which has no upstreams. */
export const isSource = (asset: Asset.Any): boolean =>
  Object.keys(asset.upstreams).length === 0 && !Storage.isExternal(asset.storage)

/** Some upstreams can be neither loaded nor recomputed. */
export class PlanImpossible extends Schema.TaggedError<PlanImpossible>()("PlanImpossible", {
  missing: Schema.Array(
    Schema.Struct({
      asset: Schema.String,
      neededBy: Schema.Array(Schema.String)
    })
  )
}) {
  readonly retryable = false
  override get message() {
    const lines = this.missing.map(
      ({ asset, neededBy }) =>
        `"${asset}" has never been materialized, but ${neededBy.join(", ")} ${neededBy.length === 1 ? "needs" : "need"} it.`
    )
    const names = this.missing.map(({ asset }) => asset).join(" ")
    return `${lines.join("\n")}\nRun \`sluice materialize ${names}\` first, or materialize them together.`
  }
}

/**
 * Plans the selected assets (by index), given which assets have been materialized before.
 *
 * A needed upstream that is not selected is loaded if it is stored and was materialized, and recomputed if it is ephemeral.
 * Every asset between a recomputed ephemeral source and a selected asset is recomputed too. O(nodes + edges).
 */
export const make = <A extends Asset.Any>(
  graph: AssetGraph<A>,
  options: {
    readonly selection: string
    readonly selected: ReadonlyArray<number>
    readonly isMaterialized: (asset: string) => boolean
    /** The partitions to make of the selected assets that are cut. Undefined if no asset of the graph is cut. */
    readonly cut?: Cut | undefined
    /** The partitions of an asset that have been made. */
    readonly madeOf?: (asset: string) => Runs.Runs | undefined
  }
): Either.Either<Plan<A>, PlanImpossible | PartitionsNotPlanned> => {
  const { computed, sourceOf } = computedClosure(graph, options.selected)
  const selected = new Set(options.selected)
  const loaded = new Set([...computed].flatMap((node) => (graph.upstreams[node] ?? []).filter((up) => !computed.has(up))))
  const nameOf = (node: number) => graph.names[node] ?? ""
  const computedDownstreams = (node: number) =>
    (graph.downstreams[node] ?? []).filter((down) => computed.has(down)).map(nameOf)

  const isExternal = (node: number) => Storage.isExternal(graph.assets[node]?.storage ?? Storage.ephemeral)
  const isCut = (node: number) => options.cut?.cuts.spaceOf(nameOf(node)) !== undefined
  const missing = [...loaded].filter((node) => !isExternal(node) && !isCut(node) && !options.isMaterialized(nameOf(node)))
  if (missing.length > 0) {
    return Either.left(
      new PlanImpossible({
        missing: missing.map((node) => ({
          asset: nameOf(node),
          neededBy: computedDownstreams(node)
        }))
      })
    )
  }

  const reasonOf = (node: number): Reason => {
    if (selected.has(node)) return { _tag: "Selected" }
    if (loaded.has(node)) return { _tag: "LoadedFor", assets: computedDownstreams(node) }
    const source = sourceOf.get(node)
    return source === undefined
      ? { _tag: "NeededBy", assets: computedDownstreams(node) }
      : { _tag: "SameSnapshot", source: nameOf(source) }
  }
  const { cut: chosen, madeOf = () => undefined } = options
  const cut = chosen && { ...chosen, runs: PlannedPartitions.all(graph, chosen, computed) }
  const unmade = cut === undefined ? [] : PlannedPartitions.problems(graph, cut, computed, madeOf)
  if (unmade.length > 0) return Either.left(new PartitionsNotPlanned({ problems: unmade }))
  const countOf = (node: number) => {
    const runs = isCut(node) ? cut?.runs.get(nameOf(node)) : undefined
    return runs === undefined ? {} : { partitionCount: Runs.size(runs) }
  }
  const steps = [...computed, ...loaded]
    .sort((a, b) => (graph.level[a] ?? 0) - (graph.level[b] ?? 0) || a - b)
    .map(
      (node): Planned => ({
        asset: nameOf(node),
        action: isExternal(node) ? "observe" : loaded.has(node) ? "load" : "materialize",
        reason: reasonOf(node),
        after: loaded.has(node) ? [] : (graph.upstreams[node] ?? []).map(nameOf),
        ...countOf(node)
      })
    )
  return Either.right({ graph, selection: options.selection, steps, cut })
}

/**
 * Plans the checks of the selected assets (by index) on published data. With a cut, only the checks that are about partitions, of
 * the partitions in it. Materializes nothing.
 */
export const checks = <A extends Asset.Any>(
  graph: AssetGraph<A>,
  options: {
    readonly selection: string
    readonly selected: ReadonlyArray<number>
    readonly cut?: Cut | undefined
  }
): Plan<A> => ({
  graph,
  selection: options.selection,
  cut: options.cut,
  steps: options.selected.flatMap((node): ReadonlyArray<Planned> => {
    const asset = graph.assets[node]
    const isLeftOut = options.cut !== undefined && !options.cut.runs.has(asset?.name ?? "")
    return asset === undefined || asset.checks.length === 0 || isLeftOut
      ? []
      : [{ asset: asset.name, action: "check", reason: { _tag: "Selected" }, after: [] }]
  })
})

/**
 * The assets to compute. For an asset that is computed only for the sake of a source's snapshot, also the source. Each node is
 * visited at most twice: as computed, and as downstream of a recomputed source.
 */
const computedClosure = (graph: AssetGraph<Asset.Any>, selected: ReadonlyArray<number>) => {
  const isEphemeral = (node: number) => graph.assets[node]?.storage._tag === "Ephemeral"
  const computed = new Set(selected)
  const sourceOf = new Map<number, number>()
  const onTheWay = Topology.reach(graph.upstreams, selected)
  const below = new Set<number>()
  const pending = [...selected]
  const include = (node: number) => {
    if (computed.has(node)) return
    computed.add(node)
    pending.push(node)
  }
  const takeAllBelow = (source: number) => {
    const stack = [source]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const down of graph.downstreams[node] ?? []) {
        if (below.has(down) || !onTheWay.has(down)) continue
        below.add(down)
        stack.push(down)
        if (!computed.has(down) && !isEphemeral(down)) sourceOf.set(down, source)
        include(down)
      }
    }
  }
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const up of graph.upstreams[node] ?? []) if (isEphemeral(up)) include(up)
    if (isEphemeral(node)) takeAllBelow(node)
  }
  return { computed, sourceOf }
}
