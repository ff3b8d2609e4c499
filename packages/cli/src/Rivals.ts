import type * as Asset from "@sluice/core/asset/Asset"
import * as Plan from "@sluice/core/plan/Plan"
import type { Observer } from "@sluice/core/run/EventFeed"
import * as Owner from "@sluice/core/run/Owner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { UsageError } from "./CliError.ts"
import { Output } from "./Output.ts"
import * as Human from "./render/Human.ts"

/**
 * Names other runs that are materializing the same stored assets, or the same partitions of them. The second run waits for the first.
 * Fails if one of the two is a backfill that makes the same partitions, since it would make them twice.
 */
export const tell = Effect.fn("Rivals.tell")(function* (plan: Plan.Plan<Asset.Any>) {
  const rivalsOfPartitions = plan.cut === undefined ? [] : yield* makingPartitionsOf(plan)
  const rival = rivalsOfPartitions.find(({ run }) => isBackfill(plan) || run.backfill)
  if (rival !== undefined) return yield* refused(rival)
  const rivals = yield* runsMaking(plan, storedIn(plan))
  yield* Output.err(
    rivals.map(({ assets, run }) => {
      return `${Human.run(run)} is materializing ${Human.list(assets)} too. The second run waits for the first.`
    })
  )
})

/**
 * Cancels a backfill if another run that makes the same partitions was recorded before it. Both may have started at once, after
 * neither had seen the other.
 */
export const yielding = Effect.fn("Rivals.yielding")(function* (plan: Plan.Plan<Asset.Any>) {
  const output = yield* Output
  const store = yield* RunStore
  const follow: Observer = (events) => {
    const started = events.find(({ _tag }) => _tag === "RunStarted")
    if (started === undefined) return Effect.void
    const look = Effect.gen(function* () {
      const rivals = yield* makingPartitionsOf(plan)
      const [first] = rivals
      if (first === undefined || first.run.runId === started.runId) return
      yield* output.err([
        `Canceling this backfill: run ${first.run.runId} started before it, and makes the same partitions.`
      ])
      yield* store.requestCancel(started.runId)
    })
    return Effect.ignore(Effect.provideService(look, RunStore, store))
  }
  return isBackfill(plan) ? [follow] : []
})

const isBackfill = ({ cut }: Plan.Plan<Asset.Any>): boolean => cut?.isBackfill === true

/** The steps that materialize stored assets. */
const storedIn = ({ graph, steps }: Plan.Plan<Asset.Any>): ReadonlyArray<Plan.Planned> =>
  steps.filter(
    ({ action, asset }) => action === "materialize" && graph.assets[graph.indexOf(asset) ?? -1]?.storage._tag === "Stored"
  )

/** The runs that make some of a plan's partitions, the first recorded first; this run too, once it has started. */
const makingPartitionsOf = (plan: Plan.Plan<Asset.Any>) =>
  runsMaking(
    plan,
    storedIn(plan).filter(({ partitionCount }) => partitionCount !== undefined)
  )

const runsMaking = (plan: Plan.Plan<Asset.Any>, steps: ReadonlyArray<Plan.Planned>) =>
  Owner.concurrentRuns(
    steps.map(({ asset }) => asset),
    (asset) => Plan.storedPartitions(plan, asset)
  )

const refused = ({ assets, run }: Owner.ConcurrentRun) => {
  const what = `${Human.run(run)} is making some of these partitions of ${Human.list(assets)}.`
  const remedy = run.backfill
    ? `Wait until it has ended, cancel it with \`sluice backfills cancel ${run.runId}\`, or name other partitions.`
    : "Wait until it has ended, or name other partitions."
  return new UsageError({ detail: `${what} Nothing was made. ${remedy}` })
}
