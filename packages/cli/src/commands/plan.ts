import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Selection from "@sluice/core/graph/Selection"
import * as Plan from "@sluice/core/plan/Plan"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Altered from "@sluice/warehouse/checks/Altered"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as OriginGuard from "../OriginGuard.ts"
import { Output } from "../Output.ts"
import * as PartitionEstimate from "../PartitionEstimate.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunEstimate from "../RunEstimate.ts"
import * as AlteredText from "../render/AlteredText.ts"
import * as PlanText from "../render/PlanText.ts"
import type { plan } from "../tables/plan.ts"
import { defaultConcurrency } from "../tables/running.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import * as Partition from "./PartitionArguments.ts"
import * as Select from "./SelectionArguments.ts"

export const run = Effect.fn("assets.plan")(function* ({
  changed,
  from,
  json,
  partition,
  to,
  ...typed
}: Values<typeof plan>) {
  const output = yield* Output
  const graph = yield* Pipeline.graph
  const selection = yield* Select.select(typed, graph, changed ? Selection.all : undefined)
  if (selection === undefined) return
  const named = { partition, from, to }
  const partitions = yield* Partition.requestOf(named, changed)
  const settings = yield* Settings.load
  const planned = Effect.gen(function* () {
    // Only a server is asked how it loads. The embedded store has one way, so a plan does not open it.
    const store = yield* Effect.serviceOption(Warehouse)
    yield* Partition.checkCut(named, graph, selection)
    const { allowEmpty } = typed
    const planned = yield* Select.explained(selection, Planner.plan(graph, selection, { allowEmpty, partitions }))
    const { expected, previews } = yield* PartitionEstimate.ofPlan(planned, defaultConcurrency)
    const { selection: text, steps } = planned
    const materialized = yield* (yield* RunStore).materializations
    const { origin } = settings.configured
    const cutAssets = new Set(previews.map(({ asset }) => asset))
    const standings = changed
      ? new Map([...(yield* Planner.standings(graph))].filter(([name]) => !cutAssets.has(name)))
      : undefined
    const made = steps.filter(({ asset }) => standings?.get(asset)?._tag !== "Fresh")
    const prospect: PlanText.Prospect = {
      selection: text,
      steps,
      partitions: previews,
      estimate: yield* RunEstimate.of(made, defaultConcurrency, expected),
      materialized,
      standings,
      loading: Option.getOrUndefined(yield* Effect.transposeMapOption(store, ({ loading }) => loading)),
      origin: Plan.readsSource(planned) ? origin?.name : undefined,
      sourceChange: OriginGuard.judge(planned, materialized, origin)
    }
    yield* output.out(json ? [PlanText.json(prospect)] : PlanText.lines(prospect, output.outStyle))
  })
  yield* Effect.provide(
    Effect.provideServiceEffect(planned, RunStore, withoutAltered),
    Layer.merge(Stores.history(settings), SourceVersions.layer(settings.configured.settingsOf))
  )
})

/** Names the tables that were changed from outside, and returns the history without them. */
const withoutAltered = Effect.gen(function* () {
  const store = yield* RunStore
  const reader = yield* Effect.serviceOption(WarehouseReader)
  if (Option.isNone(reader)) return store
  const { graph, warehouse: spec } = yield* Pipeline.sealed
  const found = Altered.find(spec.tables, Relations.publishersOf(graph))
  const find = Effect.provideService(found, WarehouseReader, reader.value)
  const altered = yield* Effect.orElseSucceed(find, () => [])
  yield* Output.err(AlteredText.lines(altered, graph))
  const names = new Set(altered.map(({ asset }) => asset))
  const without = <A>(all: ReadonlyMap<string, A>) => new Map([...all].filter(([name]) => !names.has(name)))
  const materializations = Effect.map(store.materializations, without)
  const standings = Effect.map(store.standings, without)
  return RunStore.of({ ...store, materializations, standings })
})
