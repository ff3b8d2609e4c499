// The names that docstrings' examples use without defining them: tables, assets and values of a small shop.
import * as Asset from "@sluice/core/asset/Asset"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Id } from "@sluice/core/data/Id"
import type * as MaskMap from "@sluice/core/data/MaskMap"
import * as Pii from "@sluice/core/data/Pii"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as Setting from "@sluice/core/settings/Setting"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const description = "An example"
const currency = Column.branded("currency", Column.text(3))

export const CityIds = Mask.make("city_ids", { kind: "city", column: "city", description })
export const Orders = Table.make("orders", {
  description,
  columns: {
    id: Column.id("order", Column.text(36)),
    customer_id: Column.id("user", Column.text(36)),
    ordered_at: Column.timestamp,
    amount: Column.decimal(12, 2)
  },
  primaryKey: ["id"],
  subject: "customer_id"
})
export const Customers = Table.make("customers", {
  description,
  columns: {
    user_id: Column.id("user", Column.text(36)),
    city_id: Column.quasiIdentifier(Column.nullable(Column.maskId("city")))
  },
  primaryKey: ["user_id"],
  subject: "user_id"
})
const ratesAs = <const Name extends string>(name: Name) =>
  Table.make(name, { description, columns: { currency, eur: Column.decimal(12, 6) }, primaryKey: ["currency"] })
export const ExchangeRates = ratesAs("exchange_rates")
export const Rates = ratesAs("rates")
export const Revenue = Table.make("revenue", {
  description,
  columns: { currency, amount: Column.decimal(12, 2) },
  primaryKey: ["currency"]
})
export const DailyRevenue = Table.make("daily_revenue", {
  description,
  columns: { day: Column.day, revenue: Column.decimal(12, 2) },
  primaryKey: ["day"],
  partitionBy: "day"
})
export const days = Partitions.daily("days", { start: "2024-08-01" })
export const hours = Partitions.hourly("hours", { start: "2024-08-01" })
export const regions = Partitions.fixed("regions", ["eu", "us"])
export const countries = Partitions.fixed("countries", ["de", "fr", "us"])
export const dayRegion = Partitions.product("day_region", { day: days, region: regions })
export const Subscriptions = Table.make("subscriptions", {
  description,
  columns: { id: Column.text(36), start_date: Column.day, end_date: Column.day },
  primaryKey: ["id"]
})
export const UsersRaw = Table.make("users_raw", {
  description,
  columns: { user_id: Column.id("user", Column.text(36)), city_id: Column.nullable(Column.maskId("city")) },
  primaryKey: ["user_id"],
  subject: "user_id"
})

interface User {
  readonly id: Id<"user">
  readonly city: Pii.Pii<"city"> | null
}

export const ada: User = { id: Schema.decodeSync(Schema.String.pipe(Schema.brand("user")))("ada"), city: null }
export const users: Changes.Reading<User> = Dataset.of(ada)
export const toRow = ({ id }: User) => ({ user_id: id, city_id: null })
export const pages = Stream.empty

export const apiUsers = Asset.make("api_users", { materialize: () => Effect.succeed(users) })
export const apiCustomers = Asset.make("api_customers", { materialize: () => Effect.succeed(users) })
export const greeting = Asset.make("greeting", { materialize: () => Effect.succeed("hello") })
export const letters = Asset.make("letters", {
  upstreams: { greeting },
  materialize: ({ greeting }) => Effect.succeed(greeting.length)
})
export const cityIds = maskAsset(CityIds, { upstreams: {}, values: () => Dataset.of(Pii.Pii.make("city", "London")) })
export const orders = tableAsset(Orders, { rows: () => [] })
export const rates = tableAsset(Rates, { rows: () => [] })
export const sales = Asset.make("sales", { materialize: () => Effect.succeed(1) })
export const customers = tableAsset(Customers, { rows: () => [] })
export const dailyRevenue = tableAsset(DailyRevenue, { partitions: days, rows: () => [] })
export const products = Asset.make("products", { materialize: () => Effect.succeed(Dataset.of({ id: "1", price: 2 })) })
const cities = Asset.make("cities", { materialize: () => Effect.succeed<MaskMap.MaskMap<"city">>(noCities) })
declare const noCities: MaskMap.MaskMap<"city">
export const usersRaw = Asset.make("users_raw", {
  upstreams: { users: Asset.make("all_users", { materialize: () => Effect.succeed(Dataset.of(ada)) }), cities },
  materialize: ({ users }) => Effect.succeed(users)
})

export const publishRates = Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Rates, Dataset.of()))
export const publishOrders = Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Orders, Dataset.of()))
export const orderRows = { name: "orders", item: Schema.Struct({ id: Schema.String }), id: ({ id }: { id: string }) => id }

export const settings = {
  apiUrl: Setting.make("SHOP_API_URL", Setting.httpUrl, { description, default: "http://127.0.0.1" })
}
export class ShopApi extends Context.Tag("ShopApi")<ShopApi, URL>() {
  static readonly layer = (url: URL) => Layer.succeed(ShopApi, url)
}
export class Bank extends Context.Tag("Bank")<Bank, { readonly rates: Effect.Effect<number> }>() {
  static readonly layer = Layer.succeed(Bank, { rates: Effect.succeed(1) })
}
export const shop = Definitions.make({ name: "shop", assets: [dailyRevenue] })
export const stores = SqliteStores.layer({ directory: ".sluice" })
