/** Checks that must not compile: each `@ts-expect-error` is an assertion. */
import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { acceptedValues, foreignKey, noRows, notNull, unique } from "@sluice/warehouse/checks/RowChecks"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import type { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import type { WarehouseReader } from "@sluice/warehouse/WarehouseReader"

const Orders = Table.make("orders", {
  description: "",
  columns: {
    id: Column.integer,
    buyer: Column.nullable(Column.text(20)),
    state: Column.text(10),
    paid: Column.boolean,
    at: Column.timestamp
  },
  primaryKey: ["id"]
})
const Buyers = Table.make("buyers", {
  description: "",
  columns: { name: Column.text(20), age: Column.integer },
  primaryKey: ["name"]
})
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })

// Every check needs the warehouse and nothing else.
export const checks: ReadonlyArray<AssetCheck.AssetCheck<WarehouseReader | WarehouseAudit>> = [
  notNull(Orders, ["buyer", "state"]),
  unique(Orders, ["buyer", "at"]),
  acceptedValues(Orders, "state", ["open", "closed"]),
  acceptedValues(Orders, "id", [1, 2]),
  foreignKey(Orders, { buyer: "name" }, Buyers),
  rowCount(Orders, { maxLoss: 0.5 }),
  freshness(Orders, "at", "1 day"),
  noRows(Orders, "late", { description: "", where: (column) => `${column("at")} > ''` }),
  declared(Orders, Grants.select(Orders)),
  declared(Cities)
]

// @ts-expect-error no such column
notNull(Orders, ["buyer", "seller"])
// @ts-expect-error no such column
unique(Orders, ["byer"])
// @ts-expect-error no such column
acceptedValues(Orders, "status", ["open"])
// @ts-expect-error a number among texts
acceptedValues(Orders, "state", ["open", 1])
// @ts-expect-error text among numbers
acceptedValues(Orders, "id", ["1"])
// @ts-expect-error nothing is accepted
acceptedValues(Orders, "state", [])
// @ts-expect-error a personal value has no list of accepted ones
acceptedValues(Cities, "city", ["London"])
// @ts-expect-error no such column
foreignKey(Orders, { seller: "name" }, Buyers)
// @ts-expect-error no such column of the other table
foreignKey(Orders, { buyer: "id" }, Buyers)
// @ts-expect-error text that refers to numbers
foreignKey(Orders, { buyer: "age" }, Buyers)
// @ts-expect-error a flag is no time
freshness(Orders, "paid", "1 day")
// @ts-expect-error no such column
freshness(Orders, "made_at", "1 day")
// @ts-expect-error no such column
noRows(Orders, "late", { description: "", where: (column) => column("late") })
// @ts-expect-error granting the analyst a mask table
declared(Cities, Grants.select(Cities))
