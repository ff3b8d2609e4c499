import * as Asset from "@sluice/core/asset/Asset"
import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { inStep, readAll, recordingStep } from "../contract/support.ts"
import { Owners, type Thing, Things } from "./things.ts"

/** Two of them have one owner, and one has none. */
export const pets = [
  { id: "cat", owner: "ada" },
  { id: "dog", owner: "ada" },
  { id: "fox", owner: null }
]

/** The owners that rows can refer to. */
export const owners = Layer.effectDiscard(
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Owners, Dataset.of({ name: "ada" }, { name: "bob" }))))
)

export const publish = (rows: ReadonlyArray<Thing>) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Things, Dataset.fromArray(rows))))

export const ids = Effect.map(readAll(Things), (rows) => rows.map(({ id }) => id))

class Refused {
  readonly _tag = "Refused"
}

/** The result of a check on staged rows. They are published afterwards, or the published rows stay. */
export const onStaged = (check: AssetCheck.AssetCheck<WarehouseReader>, rows: ReadonlyArray<Thing>, thenPublish = true) =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    const reader = yield* WarehouseReader
    const allowed = yield* RowLoss
    const outcomes: Array<AssetCheck.Outcome> = []
    const { service } = recordingStep(Things.name, (relation, counted) =>
      check.evaluate({ _tag: "Staged", relation, counted }).pipe(
        Effect.provideService(WarehouseReader, reader),
        Effect.provideService(RowLoss, allowed),
        Effect.tap((outcome) => Effect.sync(() => outcomes.push(outcome))),
        Effect.zipRight(thenPublish ? Effect.void : Effect.die(new Refused())),
        Effect.orDie
      )
    )
    yield* Effect.provideService(warehouse.publish(Things, Dataset.fromArray(rows)), StepContext, service).pipe(
      Effect.catchAllDefect((defect) => (defect instanceof Refused ? Effect.void : Effect.die(defect)))
    )
    return outcomes[0]
  })

export const onBoth = (check: AssetCheck.AssetCheck<WarehouseReader>, rows: ReadonlyArray<Thing>) =>
  Effect.all([onStaged(check, rows), check.evaluate({ _tag: "Published" })])

/** A whole run of an asset that publishes these rows under these checks. */
export const run = Effect.fnUntraced(function* (
  rows: ReadonlyArray<Thing>,
  checks: ReadonlyArray<AssetCheck.AssetCheck<WarehouseReader>>
) {
  const things = Asset.make("check_things", {
    checks,
    materialize: () => Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Things, Dataset.fromArray(rows)))
  })
  const graph = yield* AssetGraph.make([things])
  const plan = yield* Plan.make(graph, { selection: "*", selected: [0], isMaterialized: () => false })
  const events: Array<RunEvent> = []
  const { status } = yield* Executor.run(plan, {
    concurrency: 1,
    observe: (some) => Effect.sync(() => void events.push(...some))
  })
  return { status, events }
}, Effect.provide(RunStore.layerMemory))
