import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Asset from "../asset/Asset.ts"
import { CodeVersions } from "../asset/CodeVersions.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Selection from "../graph/Selection.ts"
import { SelectionEmpty, type SelectionInvalid } from "../graph/SelectionInvalid.ts"
import * as SelectionQuery from "../graph/SelectionQuery.ts"
import * as SelectionText from "../graph/SelectionText.ts"
import * as Runs from "../partition/internal/Runs.ts"
import type { PartitionsInvalid } from "../partition/PartitionsInvalid.ts"
import type * as Stored from "../partition/Stored.ts"
import * as PartitionPlan from "../plan/PartitionPlan.ts"
import * as PartitionReport from "../plan/PartitionReport.ts"
import * as PartitionRequest from "../plan/PartitionRequest.ts"
import { PartitionsNotPlanned } from "../plan/PartitionsNotPlanned.ts"
import * as Plan from "../plan/Plan.ts"
import * as Staleness from "../plan/Staleness.ts"
import * as Units from "../plan/Units.ts"
import type { StoreFailed } from "../source/StoreFailed.ts"
import * as AssetsGone from "./AssetsGone.ts"
import * as PartitionFacts from "./PartitionFacts.ts"
import { isSettled } from "./RunRecord.ts"
import * as RunResult from "./RunResult.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The run does not exist, or has nothing left to retry. */
export class NothingToRetry extends Schema.TaggedError<NothingToRetry>()("NothingToRetry", {
  runId: Schema.optionalWith(Schema.String, { exact: true }),
  why: Schema.Literal(
    "there is no such run",
    "every step of it succeeded",
    "it only checked",
    "it is still running",
    "no run is recorded"
  )
}) {
  readonly retryable = false
  override get message() {
    const run = this.runId === undefined ? "Nothing to retry" : `Run ${this.runId} cannot be retried`
    return `${run}: ${this.why}. \`sluice runs list\` shows the runs.`
  }
}

/** Options of a selection. */
export interface Options {
  /** Default false: a selection that matches nothing is an error. */
  readonly allowEmpty?: boolean
}

/** Options of a plan. */
export interface PlanOptions extends Options {
  /** The partitions to make of the selected assets that are cut. Default: the latest. */
  readonly partitions?: PartitionRequest.PartitionRequest
  /** Whether partitions downstream of those that are requested are made again with them. Default false. */
  readonly downstream?: boolean
  /** Whether the run is a backfill. Default false. */
  readonly backfill?: boolean
  /** Whether the newest partitions are made first. Default false. */
  readonly newestFirst?: boolean
}

/** Why a selection cannot be resolved. */
export type NotSelected = SelectionInvalid | SelectionEmpty | PartitionsInvalid | RunStoreFailed | StoreFailed

/** Why a selection cannot be planned. */
export type NotPlanned = NotSelected | Plan.PlanImpossible | PartitionsNotPlanned

/** Resolves a selection to asset indices. Reads the history if the selection needs it. */
export const select = Effect.fn("Planner.select")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection.Selection,
  options: Options = {}
): Effect.fn.Return<ReadonlyArray<number>, NotSelected, RunStore> {
  const facts = Selection.needsHistory(selection) ? yield* factsOf(graph) : SelectionQuery.noFacts
  const selected = yield* SelectionQuery.resolve(selection, graph, facts)
  return selected.length > 0 || options.allowEmpty === true
    ? selected
    : yield* new SelectionEmpty({ selection: SelectionText.print(selection) })
})

/** Plans a selection, with the recorded materializations. */
export const plan = Effect.fn("Planner.plan")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection.Selection,
  options: PlanOptions = {}
): Effect.fn.Return<Plan.Plan<A>, NotPlanned, RunStore> {
  const selected = yield* select(graph, selection, options)
  return yield* planOf(graph, SelectionText.print(selection), selected, options)
})

/**
 * Plans the checks of a selection. With `partitions`, those that are about a partition, on each of these that is stored; assets that
 * are not cut are left out.
 */
export const checks = Effect.fn("Planner.checks")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection.Selection,
  { partitions, ...options }: Options & { readonly partitions?: string } = {}
): Effect.fn.Return<Plan.Plan<A>, NotSelected | PartitionsNotPlanned, RunStore> {
  const selected = yield* select(graph, selection, options)
  const about = { selection: SelectionText.print(selection), selected }
  const known =
    partitions === undefined ? undefined : yield* PartitionFacts.of(graph, yield* (yield* RunStore).materializations)
  if (partitions === undefined || known === undefined) return Plan.checks(graph, about)
  const runs = yield* PartitionPlan.stored({ graph, ...known }, selected, partitions)
  return Plan.checks(graph, { ...about, cut: { cuts: known.cuts, runs, isBackfill: false, newestFirst: false } })
})

/** A run to retry. */
export interface RunToRetry {
  /** The result so far. `RunResult.merge` combines it with the result of the retry. */
  readonly first: RunResult.RunResult
  /** The assets that did not succeed, in plan order; at least one. */
  readonly assets: ReadonlyArray<string>
  /** The partitions that the run was to make of each asset that is cut. */
  readonly planned: ReadonlyMap<string, Stored.Stored>
  readonly isBackfill: boolean
}

/** The unfinished steps of a run, by default the newest run that materialized something. Only reads. */
export const unfinishedSteps = Effect.fn("Planner.unfinishedSteps")(function* (
  runId: string | undefined
): Effect.fn.Return<RunToRetry, NothingToRetry | RunStoreFailed, RunStore> {
  const store = yield* RunStore
  const named = runId ?? (yield* store.latestMaterializingRun) ?? (yield* store.runs(1))[0]?.runId
  if (named === undefined) return yield* new NothingToRetry({ why: "no run is recorded" })
  const found = yield* carriedOn(named)
  if (found === undefined) return yield* new NothingToRetry({ runId: named, why: "there is no such run" })
  const { isBackfill, planned, result: first } = found
  if (first.status === "running") return yield* new NothingToRetry({ runId: named, why: "it is still running" })
  const steps = RunResult.stepsOf(first)
  if (steps.length > 0 && steps.every(({ action }) => action === "check")) {
    return yield* new NothingToRetry({ runId: named, why: "it only checked" })
  }
  const open = steps.filter(({ action, state }) => (action === "materialize" || action === "observe") && isUnfinished(state))
  return open.length === 0
    ? yield* new NothingToRetry({ runId: named, why: "every step of it succeeded" })
    : { first, assets: open.map(({ asset }) => asset), planned, isBackfill }
})

/**
 * Plans the unfinished steps of a run. Of an asset that is cut, its partitions that were not made since the run started. Fails if the
 * graph does not have all of their assets.
 */
export const retry = Effect.fn("Planner.retry")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  { assets, first, isBackfill, planned }: RunToRetry,
  options: Pick<PlanOptions, "newestFirst"> = {}
): Effect.fn.Return<Plan.Plan<A>, NotPlanned | AssetsGone.AssetsGone, RunStore> {
  const partitions = PartitionRequest.unfinished(planned, Date.parse(first.startedAt))
  const selected = assets.flatMap((name) => graph.indexOf(name) ?? []).sort((a, b) => a - b)
  const plan = yield* planOf(graph, first.selection, selected, { ...options, backfill: isBackfill, partitions })
  const gone = assets.filter((name) => graph.indexOf(name) === undefined)
  if (gone.length === 0) return plan
  const commands = AssetsGone.commandsOf(plan, new Set(assets))
  return yield* new AssetsGone.AssetsGone({ runId: first.runId, gone, commands })
})

/** The staleness of every asset, by name, from the history. */
export const standings = Effect.fn("Planner.standings")(function* (
  graph: AssetGraph<Asset.Any>
): Effect.fn.Return<ReadonlyMap<string, Staleness.Staleness>, RunStoreFailed, RunStore> {
  const store = yield* RunStore
  const materialized = yield* store.materializations
  const steps = yield* store.lastSteps
  const recorded = (asset: string): Staleness.Recorded | undefined => {
    const provenance = materialized.get(asset)?.provenance
    return provenance === undefined ? undefined : { provenance, isSettled: isSettled(steps.get(asset)) }
  }
  return Staleness.standings(graph, recorded, yield* CodeVersions)
})

const planOf = Effect.fnUntraced(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: string,
  selected: ReadonlyArray<number>,
  {
    backfill: isBackfill = false,
    downstream = false,
    newestFirst = false,
    partitions = PartitionRequest.latest
  }: PlanOptions
) {
  const materialized = yield* (yield* RunStore).materializations
  const isMaterialized = (asset: string) => materialized.has(asset)
  const known = yield* PartitionFacts.of(graph, materialized)
  if (known === undefined) return yield* Plan.make(graph, { selection, selected, isMaterialized })
  const { cuts, states } = known
  const runs = yield* PartitionPlan.choose({ graph, cuts, states }, selected, partitions, { downstream })
  const isUpToDate = (index: number) => {
    const name = graph.names[index] ?? ""
    const chosen = runs.get(name)
    return cuts.spaceOf(name) !== undefined && (chosen === undefined || Runs.isEmpty(chosen))
  }
  const plan = yield* Plan.make(graph, {
    selection,
    selected: selected.filter((index) => !isUpToDate(index)),
    isMaterialized: (asset) => isMaterialized(asset) || !Runs.isEmpty(states.get(asset)?.made ?? Runs.empty(0)),
    madeOf: (asset) => states.get(asset)?.made,
    cut: { cuts, runs, isBackfill, newestFirst }
  })
  const problems = Units.problems(plan)
  return problems.length > 0 ? yield* new PartitionsNotPlanned({ problems }) : plan
})

/** A run and the runs that it retried, as one. */
interface CarriedOn {
  readonly result: RunResult.RunResult
  readonly planned: ReadonlyMap<string, Stored.Stored>
  readonly isBackfill: boolean
}

/** The merged result of a run and the runs that it retried. */
const carriedOn = (runId: string): Effect.Effect<CarriedOn | undefined, RunStoreFailed, RunStore> =>
  Effect.gen(function* () {
    const events = yield* (yield* RunStore).events(runId)
    if (events.length === 0) return undefined
    const result = RunResult.fromEvents(events)
    const steps = events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))
    const planned = new Map(
      steps.flatMap(({ asset, partitions }) => (partitions === undefined ? [] : [[asset, partitions] as const]))
    )
    const isBackfill = events.some((event) => event._tag === "RunStarted" && event.backfill === true)
    const first = result.retryOf === undefined ? undefined : yield* carriedOn(result.retryOf)
    if (first === undefined) return { result, planned, isBackfill }
    return {
      result: RunResult.merge(first.result, result),
      planned: new Map([...planned, ...first.planned]),
      isBackfill: isBackfill || first.isBackfill
    }
  })

const isUnfinished = (state: RunResult.StepState): boolean => state._tag !== "Succeeded" && state._tag !== "Unchanged"

const factsOf = Effect.fnUntraced(function* (graph: AssetGraph<Asset.Any>) {
  const steps = yield* (yield* RunStore).lastSteps
  const all = yield* standings(graph)
  const cut = (yield* PartitionFacts.of(graph, yield* (yield* RunStore).materializations))?.states
  const facts: SelectionQuery.Facts = {
    status: (asset) => steps.get(asset)?.status,
    states: (asset) => {
      const partitions = cut?.get(asset)
      if (partitions !== undefined) return PartitionReport.words(partitions)
      const standing = all.get(asset)
      const failed = steps.get(asset)?.status === "failed" ? ["failed"] : []
      if (standing?._tag === "Never") return ["never", ...failed]
      if (standing?._tag !== "Stale") return failed
      return [
        "stale",
        ...(standing.causes.some(({ _tag }) => _tag === "Code" || _tag === "CodeUnknown") ? ["changed"] : []),
        ...failed
      ]
    }
  }
  return facts
})
