import { expect, it } from "@effect/vitest"
import * as PrivacyReport from "@sluice/cli/privacy/PrivacyReport"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { inStep } from "../../../warehouse/test/contract/support.ts"
import { freshStores } from "../../../warehouse/test/embedded/stores.ts"

const id = Column.id("customer", Column.integer)
const town = Column.quasiIdentifier(Column.text(20))
const people = { description: "", columns: { id, town }, primaryKey: ["id"], subject: "id" } as const
const Customers = Table.make("customers", people)
const Members = Table.make("members", people)
/** Many rows for each person, and rows about nobody. */
const Orders = Table.make("orders", {
  description: "",
  columns: { no: Column.integer, customer: id, town },
  primaryKey: ["no"],
  subject: "customer"
})
const Towns = Table.make("towns", { description: "", columns: { town }, primaryKey: ["town"] })

const publishing = (table: Table.Any) =>
  Asset.make(`load_${table.name}`, {
    storage: Storage.stored({ kind: "table", relation: table, load: Effect.void }),
    materialize: () => Effect.void
  })

/** The report on a pipeline that publishes these tables. */
const reportOn = Effect.fnUntraced(function* (tables: ReadonlyArray<Table.Any>) {
  const shop = Definitions.make({
    name: "shop",
    assets: tables.map(publishing),
    resources: () => Layer.empty,
    rowsDependOn: () => ({ load_customers: "town=district" }),
    privacy: () => ({ residualRisks: [{ title: "Towns are small", text: "" }] })
  })
  const sealed = yield* shop.sealed
  return yield* PrivacyReport.make({ ...sealed, graph: Definitions.graphOf(sealed) }, yield* shop.configure)
})

const publish = <T extends Table.Any>(table: T, rows: ReadonlyArray<Table.Row<T>>) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(table, Dataset.fromArray(rows))))

const told = ({ people, record, residualRisks }: PrivacyReport.PrivacyReport) => ({
  people: people.map(({ anonymity, inForce, settings, table }) => [table, anonymity.k, anonymity.users, settings, inForce]),
  record,
  residualRisks
})

const residualRisks = [{ title: "Towns are small", text: "" }]

it.live("the report has every table with a row for each person that is in the store, and no other", () =>
  Effect.gen(function* () {
    const tables = [Customers, Orders, Towns, Members]
    yield* publish(
      Customers,
      Table.rows(Customers, [
        { id: 1, town: "Bern" },
        { id: 2, town: "Bern" }
      ])
    )
    yield* publish(Orders, Table.rows(Orders, [{ no: 1, customer: 1, town: "Bern" }]))
    expect(told(yield* reportOn(tables))).toStrictEqual({
      people: [["customers", 2, 2, "town=district", true]],
      record: [],
      residualRisks
    })
    yield* publish(Members, Table.rows(Members, [{ id: 1, town: "Oslo" }]))
    expect(told(yield* reportOn(tables)).people).toStrictEqual([
      ["customers", 2, 2, "town=district", true],
      ["members", 1, 1, null, true]
    ])
  }).pipe(Effect.provide(freshStores))
)

it.live("a pipeline without people has a report without them; one whose people are not in the store has none", () =>
  Effect.gen(function* () {
    expect(told(yield* reportOn([Towns])).people).toStrictEqual([])
    const error = yield* Effect.flip(reportOn([Towns, Members]))
    expect(error).toMatchObject({ _tag: "WarehouseFailed", reason: "Missing" })
  }).pipe(Effect.provide(freshStores))
)
