import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Erasure, type ErasureSpec } from "@sluice/warehouse/Erasure"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"
import type { Fresh } from "./erasureContract.ts"
import { Cities, inRun, masked } from "./people.ts"
import { readAll } from "./support.ts"

const columns = { id: Column.integer, city_id: Column.nullable(Column.maskId("city")) }
const Customers = Table.make("contract_customers", { description: "", columns, primaryKey: ["id"], subject: "id" })
const Orders = Table.make("contract_orders", {
  description: "",
  columns: { ...columns, buyer: Column.integer, payer: Column.nullable(Column.integer) },
  primaryKey: ["id"],
  subject: ["buyer", "payer"]
})
const Branches = Table.make("contract_branches", { description: "", columns, primaryKey: ["id"] })

const Copies = Table.make("contract_copies", { description: "", columns, primaryKey: ["id"], subject: "id" })
const Rates = Table.make("contract_rates", { description: "", columns: { id: Column.integer }, primaryKey: ["id"] })

const spec: ErasureSpec = { tables: [Customers, Orders, Branches], masks: [Cities], quarantine: [] }

/** Every store erases by the tables' declarations: whose rows they are, and their masks. */
export const subjectContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Fresh, E, Scope.Scope>
}) =>
  describe(`${options.name}: erasure of rows that are about a person`, () => {
    it.scopedLive("keeps a mask value that any other row refers to, in any table, about somebody else or nobody", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const reader = yield* WarehouseReader
          const { erase } = yield* Erasure
          const cities = ["Oslo", "Bern", "Rome", "Kyiv", "Lima"]
          const ids = yield* masked("before", Cities, cities)
          const [oslo, bern, rome, kyiv, lima] = cities.map((city) => ids.get(Pii.make("city", city)) ?? null)
          const publish = <T extends Table.Any>(table: T, rows: ReadonlyArray<Table.Row<T>>) =>
            inRun("before", warehouse.publish(table, Dataset.fromArray(rows)))
          yield* publish(Customers, [
            { id: 12, city_id: oslo ?? null },
            { id: 13, city_id: bern ?? null }
          ])
          yield* publish(Orders, [
            { id: 1, buyer: 12, payer: null, city_id: bern ?? null },
            { id: 2, buyer: 12, payer: 13, city_id: rome ?? null },
            { id: 3, buyer: 13, payer: 12, city_id: kyiv ?? null },
            { id: 4, buyer: 13, payer: null, city_id: lima ?? null }
          ])
          yield* publish(Branches, [{ id: 1, city_id: rome ?? null }])
          // Others have Lima, another customer Bern, a branch Rome. Nobody else has Oslo and Kyiv.
          expect(yield* erase(spec, Redacted.make("12"))).toStrictEqual({
            rows: { contract_customers: 1, contract_orders: 3 },
            masks: { contract_cities: 2 },
            quarantined: undefined,
            suppressedSince: undefined
          })
          const { rows } = yield* reader.query("SELECT city FROM contract_cities ORDER BY city", "pipeline")
          expect([yield* readAll(Customers), yield* readAll(Orders), rows.flat()]).toStrictEqual([
            [{ id: 13, city_id: bern }],
            [{ id: 4, buyer: 13, payer: null, city_id: lima }],
            ["Bern", "Lima", "Rome"]
          ])
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("refuses rows that a run read from a stored table before an erasure, and no others", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const { erase } = yield* Erasure
          const ada = { id: 12, city_id: null }
          const bob = { id: 13, city_id: null }
          const copied = (run: string, rows: ReadonlyArray<Table.Row<typeof Copies>>) =>
            Effect.flip(inRun(run, warehouse.publish(Copies, Dataset.fromArray(rows))))
          yield* inRun("before", warehouse.publish(Customers, Dataset.of(ada, bob)))
          yield* inRun("before", warehouse.publish(Rates, Dataset.of({ id: 1 })))
          const read = yield* inRun("copying", readAll(Customers))
          const rates = yield* inRun("converting", readAll(Rates))
          yield* erase(spec, Redacted.make("12"))
          expect(yield* copied("copying", read)).toMatchObject({ reason: "Outdated" })
          expect(yield* readAll(Customers)).toStrictEqual([bob])
          yield* inRun("converting", warehouse.publish(Rates, Dataset.fromArray(rates)))
          const again: ReadonlyArray<Table.Row<typeof Copies>> = yield* inRun("again", readAll(Customers))
          yield* inRun("again", warehouse.publish(Copies, Dataset.fromArray(again)))
          expect(yield* readAll(Copies)).toStrictEqual([bob])
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("refuses rows with mask ids that a run was given before an erasure freed them", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const { erase } = yield* Erasure
          const oslo = (run: string) =>
            Effect.map(masked(run, Cities, ["Oslo"]), (ids) => ids.get(Pii.make("city", "Oslo")) ?? null)
          const city_id = yield* oslo("before")
          yield* inRun("before", warehouse.publish(Customers, Dataset.of({ id: 12, city_id })))
          const given = yield* oslo("giving")
          const masker = yield* PiiMasker
          const loaded = yield* inRun("loading", masker.load(Cities))
          expect(yield* erase(spec, Redacted.make("12"))).toMatchObject({ masks: { contract_cities: 1 } })
          const publish = (run: string, city_id: typeof given) =>
            Effect.flip(inRun(run, warehouse.publish(Copies, Dataset.of({ id: 13, city_id }))))
          expect(yield* publish("giving", given)).toMatchObject({ reason: "Outdated" })
          expect(yield* publish("loading", loaded.get(Pii.make("city", "Oslo")) ?? null)).toMatchObject({
            reason: "Outdated"
          })
        }).pipe(Effect.provide(store))
      })
    )

    // MySQL compares a number with text by the number at the text's start.
    it.scopedLive("takes an id that is no number for nobody's, where ids are numbers", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const { preview } = yield* Erasure
          yield* inRun("before", warehouse.publish(Customers, Dataset.of({ id: 12, city_id: null })))
          const found = yield* Effect.forEach(["12", "12abc", "012", " 12", "12.0", "1.2e1", ""], (id) =>
            Effect.map(preview(spec, Redacted.make(id)), ({ rows }) => rows)
          )
          expect(found.map((rows) => rows["contract_customers"])).toStrictEqual([1, 0, 0, 0, 0, 0, 0])
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("lists only tables that are there: nothing was looked at in the others", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const { erase, preview } = yield* Erasure
          const unseen = { quarantined: undefined, suppressedSince: undefined }
          expect(yield* preview(spec, Redacted.make("1"))).toStrictEqual({ ...unseen, rows: {}, masks: {} })
          yield* inRun("before", warehouse.publish(Branches, Dataset.of({ id: 1, city_id: null })))
          yield* masked("before", Cities, ["Oslo"])
          yield* inRun("before", warehouse.publish(Orders, Dataset.of({ id: 1, buyer: 2, payer: null, city_id: null })))
          expect(yield* erase(spec, Redacted.make("1"))).toStrictEqual({
            ...unseen,
            rows: { contract_orders: 0 },
            masks: { contract_cities: 0 }
          })
        }).pipe(Effect.provide(store))
      })
    )
  })
