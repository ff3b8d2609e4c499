import { describe, expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Relations from "@sluice/core/definitions/Relations"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import * as RunResult from "@sluice/core/run/RunResult"
import type { RunStore } from "@sluice/core/run/RunStore"
import { externalTable, newest } from "@sluice/warehouse/assets/ExternalTable"
import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { inStep, readAll, recordingStep } from "./support.ts"

export interface Options<E> {
  readonly name: string
  /** A new database, as each pipeline opens it. */
  readonly fresh: Effect.Effect<
    { readonly stores: (pipeline: string) => Layer.Layer<WarehousePorts | RunStore, WarehouseFailed> },
    E,
    Scope.Scope
  >
}

const Orders = Table.make("contract_orders", {
  description: "Orders, which the shop loads.",
  columns: { id: Column.text(10), amount: Column.decimal(12, 2), loaded_at: Column.timestamp },
  primaryKey: ["id"]
})
const Revenue = Table.make("contract_revenue", {
  description: "What was earned.",
  columns: { orders: Column.integer, amount: Column.decimal(14, 2) },
  primaryKey: ["orders"]
})
const rows = (...amounts: ReadonlyArray<string>) =>
  Dataset.fromArray(
    Table.rows(
      Orders,
      amounts.map((amount, id) => ({ id: String(id), amount, loaded_at: `2024-03-0${id + 1}T09:30:00.000Z` }))
    )
  )
const load = (runId: string, ...amounts: ReadonlyArray<string>) =>
  Effect.flatMap(Warehouse, (warehouse) =>
    Effect.provideService(warehouse.publish(Orders, rows(...amounts)), StepContext, { ...recordingStep().service, runId })
  )

const orders = externalTable(Orders, {
  checks: [
    noRows(Orders, "amount_not_negative", {
      description: "No order has a negative amount.",
      where: (column) => `${column("amount")} < 0`
    })
  ]
})
const revenue = sqlTable(Revenue, {
  codeVersion: "1",
  from: { orders },
  select: ({ orders }) => `SELECT count(*) AS orders, sum(amount) AS amount FROM ${orders}`
})
const graph = Either.getOrThrow(AssetGraph.make([orders, revenue]))

/** Runs all assets with changes. Returns the states of the steps, and errors. */
const run = Effect.gen(function* () {
  const plan = yield* Planner.plan(graph, Selection.all)
  const result = yield* Executor.run(plan, { concurrency: 2, onlyChanged: true })
  return RunResult.stepsOf(result).map(({ asset, state }) =>
    state._tag === "Failed" ? `${asset}: ${state.error.message}` : `${asset} ${state._tag}`
  )
})

/** Every warehouse handles external tables like this. */
export const externalContract = <E>({ fresh, name }: Options<E>) =>
  describe(`${name}: external tables`, () => {
    it.scoped("one pipeline's table is read, observed and checked by another, and stays its own", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        const [shop, analysis] = [Effect.provide(stores("shop")), Effect.provide(stores("analysis"))]
        yield* shop(load("first", "1.50", "2.00"))
        const made = ["contract_orders Succeeded", "contract_revenue Succeeded"]
        expect(yield* analysis(run)).toStrictEqual(made)
        expect(yield* analysis(readAll(Revenue))).toStrictEqual([{ orders: 2, amount: "3.50" }])
        expect(yield* analysis(run)).toStrictEqual(["contract_orders Succeeded", "contract_revenue Unchanged"])
        yield* shop(load("second", "1.50", "2.00", "4.00"))
        expect(yield* analysis(run)).toStrictEqual(made)
        expect(yield* analysis(readAll(Revenue))).toStrictEqual([{ orders: 3, amount: "7.50" }])
        const inspected = yield* analysis(Effect.flatMap(WarehouseReader, (reader) => reader.inspect("contract_orders")))
        expect(inspected).toStrictEqual({
          columns: expect.arrayContaining(["id", "amount", "loaded_at"]),
          owner: { pipeline: "shop", mark: { runId: "second", rows: 3 } }
        })
        const drift = yield* analysis(Effect.flatMap(WarehouseAudit, ({ drift }) => drift(Relations.specOf(graph, {}))))
        expect(drift.filter(({ subject }) => subject === "contract_orders")).toStrictEqual([])
      })
    )

    it.scoped(
      "one that is not there, or has other columns, names who must load it; a check that fails stops what needs it",
      () =>
        Effect.gen(function* () {
          const { stores } = yield* fresh
          const [shop, analysis] = [Effect.provide(stores("shop")), Effect.provide(stores("analysis"))]
          expect(yield* analysis(run)).toStrictEqual([
            "contract_orders: Could not observe contract_orders: there is no such table. It is external: somebody else must load it first.",
            "contract_revenue Skipped"
          ])
          const Narrow = Table.make("contract_orders", {
            description: "Without amounts.",
            columns: { id: Column.text(10) },
            primaryKey: ["id"]
          })
          yield* shop(
            Effect.flatMap(Warehouse, (warehouse) =>
              inStep(warehouse.publish(Narrow, Dataset.of(...Table.rows(Narrow, [{ id: "1" }]))))
            )
          )
          expect(yield* analysis(run)).toStrictEqual([
            'contract_orders: Could not observe contract_orders: it has no column "amount", "loaded_at". It is external: the pipeline "shop" must add it, or correct the table\'s declaration here.',
            "contract_revenue Skipped"
          ])
          yield* shop(load("first", "-1.00"))
          expect((yield* analysis(run)).map((line) => line.split(":")[0])).toStrictEqual([
            "contract_orders",
            "contract_revenue Skipped"
          ])
        })
    )

    it.scoped("`newest` tells rows that were added from rows that were not", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        const shop = Effect.provide(stores("shop"))
        const seen = (...amounts: ReadonlyArray<string>) =>
          shop(Effect.zipRight(load("first", ...amounts), newest(Orders, "loaded_at")))
        const [one, same, two] = [yield* seen("1.00"), yield* seen("1.00"), yield* seen("1.00", "2.00")]
        expect([one, same === one, two]).toStrictEqual(["1 20240301 93000", true, "2 20240302 93000"])
      })
    )
  })
