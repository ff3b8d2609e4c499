import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as Anonymity from "@sluice/warehouse/privacy/Anonymity"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { inStep } from "../contract/support.ts"
import { freshStores } from "../embedded/stores.ts"
import * as databases from "../mysql/databases.ts"

const id = Column.id("customer", Column.integer)

/** One quasi-identifier, whose rare values can become another word, and two attributes that can be made coarser. */
const Customers = Table.make("customers", {
  description: "",
  columns: {
    id,
    town: Column.quasiIdentifier(Column.text(20), { _tag: "Common", other: "it's rare", setting: "SHOP_TOWN_MIN" }),
    spent: Column.sensitiveAttribute(Column.integer, { _tag: "Multiples", width: 100, setting: "SHOP_SPENT=hundreds" }),
    plan: Column.sensitiveAttribute(Column.text(20), { _tag: "Common", other: "other", setting: "SHOP_PLAN_MIN" })
  },
  primaryKey: ["id"],
  subject: "id"
})
/** A table that identifies nobody. */
const Counters = Table.make("counters", { description: "", columns: { id }, primaryKey: ["id"], subject: "id" })

const measured = <T extends Table.Any>(table: T, rows: ReadonlyArray<Table.Row<T>>) =>
  Effect.gen(function* () {
    yield* inStep((yield* Warehouse).publish(table, Dataset.fromArray(rows)))
    return yield* Anonymity.measure(table, { least: 3 })
  })

const by = (comparisons: ReadonlyArray<Anonymity.Comparison>) =>
  Object.fromEntries(comparisons.map(({ about, classes, k, unique }) => [about, [k, classes, unique]]))

const suite = (name: string, store: typeof freshStores | ReturnType<typeof databases.layer>, available: boolean) =>
  describe.skipIf(!available)(`anonymity by what columns declare, ${name}`, () => {
    it.live(
      "people are compared by their quasi-identifiers, and settings change what the columns say that they change",
      () =>
        Effect.gen(function* () {
          const people = [
            ["Bern", 120, "gold"],
            ["Bern", 180, "gold"],
            ["Bern", 230, "gold"],
            ["Oslo", 99, "gold"],
            ["Oslo", 5, "tin"],
            ["it's rare", 250, "gold"]
          ] as const
          const rows = people.map(([town, spent, plan], i) => ({ id: i + 1, town, spent, plan }))
          const { anonymity, bySetting, bySubset, diversity, rare } = yield* measured(Customers, Table.rows(Customers, rows))
          const { columns, k, users } = anonymity
          expect({ columns, k, users, diversity, rare, bySubset: by(bySubset), bySetting: by(bySetting) }).toStrictEqual({
            columns: ["town"],
            k: 1,
            users: 6,
            diversity: [
              { column: "spent", l: 1, one: 3, two: 3, more: 0 },
              { column: "plan", l: 1, one: 4, two: 2, more: 0 }
            ],
            rare: [
              { column: "town", values: 2, users: 5, rareBelow: 5, rareValues: 2, rareUsers: 5 },
              { column: "plan", values: 2, users: 6, rareBelow: 5, rareValues: 1, rareUsers: 1 }
            ],
            bySubset: {
              "only town": [1, 3, 1],
              "all but town": [6, 1, 0],
              "all, and spent": [1, 6, 6],
              "all, and plan": [1, 4, 3]
            },
            bySetting: {
              "as stored": [1, 3, 1],
              "SHOP_TOWN_MIN=3": [3, 2, 0],
              "with spent, as stored": [1, 6, 6],
              "with spent: SHOP_SPENT=hundreds": [1, 4, 2],
              "with spent: SHOP_SPENT=hundreds + SHOP_TOWN_MIN=3": [1, 4, 2],
              "with plan, as stored": [1, 4, 3],
              "with plan: SHOP_PLAN_MIN=3": [1, 4, 3],
              "with plan: SHOP_PLAN_MIN=3 + SHOP_TOWN_MIN=3": [1, 3, 1]
            }
          })
        }).pipe(Effect.provide(store))
    )

    it.live("a table without quasi-identifiers has one class, of everybody", () =>
      Effect.gen(function* () {
        const { anonymity, bySetting, bySubset, diversity, rare } = yield* measured(
          Counters,
          Table.rows(Counters, [{ id: 1 }, { id: 2 }])
        )
        const { classes, columns, k, users } = anonymity
        expect({ columns, classes, k, users, diversity, rare, bySubset, bySetting: by(bySetting) }).toStrictEqual({
          ...{ columns: [], classes: 1, k: 2, users: 2, diversity: [], rare: [], bySubset: [] },
          bySetting: { "as stored": [2, 1, 0] }
        })
      }).pipe(Effect.provide(store))
    )
  })

suite("embedded", freshStores, true)
for (const flavour of flavours) suite(flavour, databases.layer(flavour), isAvailable(flavour))
