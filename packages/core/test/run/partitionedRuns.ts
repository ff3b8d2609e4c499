import type * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import type * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Executor from "@sluice/core/run/Executor"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import * as Planner from "@sluice/core/run/Planner"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"

export const days = Partitions.daily("days", { start: "2024-08-01" })
export const hours = Partitions.hourly("hours", { start: "2024-08-01" })

export const run = <A extends Asset.Any>(
  graph: AssetGraph.AssetGraph<A>,
  selection: Selection.Selection,
  options: Planner.PlanOptions = {},
  more: Partial<Executor.Options> = {}
) =>
  Effect.gen(function* () {
    const plan = yield* Planner.plan(graph, selection, options)
    const events: Array<RunEvent> = []
    const result = yield* Executor.run(plan, {
      concurrency: 1,
      ...more,
      observe: (batch) => Effect.sync(() => void events.push(...batch))
    })
    const steps = Object.fromEntries(
      RunResult.stepsOf(result).map(({ asset, partitions, state }) => [
        asset,
        partitions === undefined ? state._tag : `${state._tag} ${partitions.made}/${partitions.total}`
      ])
    )
    return { result, steps, events, names: events.map(({ _tag }) => _tag) }
  })

export const statesOf = (graph: AssetGraph.AssetGraph<Asset.Any>, asset: string) =>
  Effect.gen(function* () {
    const facts = yield* PartitionFacts.of(graph, yield* (yield* RunStore).materializations)
    const states = facts?.states.get(asset)
    if (states === undefined) return undefined
    const print = (runs: typeof states.made) => PartitionText.print(states.space, runs)
    return { made: print(states.made), failed: print(states.failed), stale: print(states.stale) }
  })

const atTen = Effect.zipRight(TestClock.setTime(Date.parse("2024-08-11T00:00:00Z")), Effect.void)
export const names = (...all: readonly [string, ...ReadonlyArray<string>]) =>
  all.map((name): Selection.Selection => Selection.name(name)).reduce(Selection.or)

export const prepared = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  atTen.pipe(
    Effect.zipRight(effect),
    Effect.provideService(CodeVersions, () => "1"),
    Effect.provide(RunStore.layerMemory)
  )
