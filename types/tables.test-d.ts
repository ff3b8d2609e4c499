/** Assets of tables that must not compile: each `@ts-expect-error` is an assertion. */
import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import type { MaskId } from "@sluice/core/data/MaskId"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import type { Pii } from "@sluice/core/data/Pii"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { externalTable, newest } from "@sluice/warehouse/assets/ExternalTable"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import type { Lookup } from "@sluice/warehouse/assets/MaskLookup"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { declared } from "@sluice/warehouse/checks/Declared"
import { notNull } from "@sluice/warehouse/checks/RowChecks"
import type { Published, Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import type { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

class Api extends Context.Tag("Api")<Api, { readonly rate: number }>() {}
class Rates extends Context.Tag("Rates")<Rates, { readonly rate: number }>() {}

const userId = Column.id("user", Column.text(36))
const Orders = Table.make("orders", {
  description: "",
  columns: { order_id: Column.id("order", Column.text(36)), user_id: userId, note: Column.text(100) },
  primaryKey: ["order_id"]
})
interface ApiOrder {
  readonly id: Id.Id<"order", string>
  readonly user: Id.Id<"user", string>
  readonly city: Pii<"city">
}
declare const changes: Changes.Reading<ApiOrder>
const api = Asset.make("api", { materialize: () => Effect.succeed(changes) })
const source = Asset.make("source", { materialize: () => Effect.succeed(Dataset.of<ApiOrder>()) })
const row = { order_id: Id.make("order", "1"), user_id: Id.make("user", "2"), note: "" } as const

// A dataset, an array, an Effect of them, what has changed; services of the rows, the checks and the observation.
tableAsset(Orders, { rows: () => [row] })
const orders = tableAsset(Orders, {
  upstreams: { source },
  checks: [notNull(Orders, ["note"])],
  observe: Effect.map(Rates, ({ rate }) => String(rate)),
  rows: Effect.fn("orders")(function* ({ source }) {
    const { rate } = yield* Api
    return Dataset.map(source, ({ id, user }) => ({ order_id: id, user_id: user, note: String(rate) }))
  })
})
export const value: Published<typeof Orders> = {} as Asset.Value<typeof orders>
export const needs: Api | Rates | Warehouse | WarehouseReader = {} as Asset.Context<typeof orders>
export const name: "orders" = orders.name

// An asset of one's own: its storage publishes, its checks read, and its Effect needs something else.
const prepared = Asset.make("prepared", {
  upstreams: { orders },
  storage: storedAs(Orders),
  checks: [notNull(Orders, ["note"]), declared(Orders)],
  materialize: () => Effect.as(Rates, { relation: Orders })
})
export const preparing: Rates | Warehouse | WarehouseReader | WarehouseAudit = {} as Asset.Context<typeof prepared>

tableAsset(Orders, {
  upstreams: { api },
  by: "order_id",
  rows: ({ api }) => Changes.map(api, ({ id, user }) => ({ order_id: id, user_id: user, note: "" }))
})

// A source's ids may be integers.
const Numbered = Table.make("numbered", {
  description: "",
  columns: { number: Column.id("issue", Column.integer), open: Column.boolean },
  primaryKey: ["number"]
})
declare const numbers: Changes.Reading<{ readonly id: Id.Id<"issue", number> }>
const numberedApi = Asset.make("numbered_api", { materialize: () => Effect.succeed(numbers) })
tableAsset(Numbered, {
  upstreams: { numberedApi },
  by: "number",
  rows: ({ numberedApi }) => Changes.map(numberedApi, ({ id }) => ({ number: id, open: true }))
})
// @ts-expect-error a boolean is no id
tableAsset(Numbered, { by: "open", rows: () => [] })

// A value that is never null has a mask id.
declare const lookup: Lookup
declare const cityMap: MaskMap<"city">
declare const city: Pii<"city">
declare const cityOrNull: Pii<"city"> | null
export const found: MaskId<"city"> = lookup(cityMap, city)
export const foundOrNull: MaskId<"city"> | null = lookup(cityMap, cityOrNull)
// @ts-expect-error null has no mask id
export const notFound: MaskId<"city"> = lookup(cityMap, cityOrNull)

// Swapped ids, as rows, in a dataset of changes, and in an Effect.
// @ts-expect-error the id of a user is no id of an order
tableAsset(Orders, { rows: () => [{ ...row, order_id: row.user_id }] })
tableAsset(Orders, {
  upstreams: { api },
  by: "order_id",
  // @ts-expect-error order_id and user_id are swapped
  rows: ({ api }) => Changes.map(api, ({ id, user }) => ({ order_id: user, user_id: id, note: "" }))
})
tableAsset(Orders, {
  upstreams: { source },
  // @ts-expect-error order_id and user_id are swapped
  rows: ({ source }) => Effect.succeed(Dataset.map(source, ({ id, user }) => ({ order_id: user, user_id: id, note: "" })))
})

// A personal value in a public table; a column that is missing.
tableAsset(Orders, {
  upstreams: { source },
  // @ts-expect-error a city is personal
  rows: ({ source }) => Dataset.map(source, ({ city, id, user }) => ({ order_id: id, user_id: user, note: city }))
})
tableAsset(Orders, {
  upstreams: { source },
  // @ts-expect-error note is missing
  rows: ({ source }) => Dataset.map(source, ({ id, user }) => ({ order_id: id, user_id: user }))
})

// Changes need the column with the ids of the source's rows, which the table has.
tableAsset(Orders, {
  upstreams: { api },
  // @ts-expect-error `by` is missing
  rows: ({ api }) => Changes.map(api, ({ id, user }) => ({ order_id: id, user_id: user, note: "" }))
})
// @ts-expect-error no such column
tableAsset(Orders, { by: "id", rows: () => [row] })

// A table by SQL reads public tables and views.
const Counts = Table.make("counts", { description: "", columns: { n: Column.integer }, primaryKey: ["n"] })
const Secrets = Table.make("secrets", { description: "", columns: { city: Column.pii("city") }, primaryKey: ["city"] })
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })
const secrets = tableAsset(Secrets, { rows: () => [] })
const cities = maskAsset(Cities, { upstreams: {}, values: () => Dataset.of() })
const counts = sqlTable(Counts, {
  from: { orders, all: sqlTable(Counts, { from: { orders }, select: ({ orders }) => orders }) },
  checks: [notNull(Counts, ["n"])],
  select: ({ all, orders }, { now }) => `SELECT count(*) AS n FROM ${orders} o, ${all} a WHERE ${now} > 0`
})
export const counted: Published<typeof Counts> = {} as Asset.Value<typeof counts>
export const upstreams: "counts" | "orders" = {} as Asset.UpstreamName<typeof counts>
// @ts-expect-error api publishes no table or view
sqlTable(Counts, { from: { api }, select: () => "" })
// @ts-expect-error cities is a mask table
sqlTable(Counts, { from: { cities }, select: () => "" })
// @ts-expect-error secrets is sensitive
sqlTable(Counts, { from: { secrets }, select: () => "" })
// @ts-expect-error a sensitive table is not made by SQL
sqlTable(Secrets, { from: { orders }, select: () => "" })
// @ts-expect-error no such upstream
sqlTable(Counts, { from: { orders }, select: ({ order }) => order })

// An external table is read like any other; what observes it, and its checks, need their services.
const shopOrders = externalTable(Orders, {
  owners: ["shop"],
  checks: [notNull(Orders, ["note"])],
  observe: Effect.map(Rates, ({ rate }) => String(rate))
})
sqlTable(Counts, { from: { shopOrders }, select: ({ shopOrders }) => shopOrders })
export const observing: Rates | WarehouseReader = {} as Asset.Context<typeof shopOrders>
externalTable(Orders, { observe: newest(Orders, "note") })
// @ts-expect-error no such column
externalTable(Orders, { observe: newest(Orders, "noted") })
// @ts-expect-error secrets is sensitive
externalTable(Secrets)

// The rows of one partition are made by its key.
const Sold = Table.make("sold", {
  description: "",
  columns: { day: Column.day, note: Column.text(100) },
  primaryKey: ["day"],
  partitionBy: "day"
})
const days = Partitions.daily("days", { start: "2024-08-01" })
tableAsset(Sold, { partitions: days, rows: (_, __, { key }) => Table.rows(Sold, [{ day: key, note: "" }]) })
tableAsset(Sold, {
  partitions: days,
  upstreams: { source },
  rows: Effect.fn("sold")(function* ({ source }, _, { key }) {
    yield* Dataset.toArray(source)
    return Table.rows(Sold, [{ day: key, note: "" }])
  })
})
tableAsset(Sold, {
  ...{ partitions: days, policy: "single-run" },
  rows: (_, __, { first, last }) => Table.rows(Sold, [{ day: first, note: last }])
})
