import * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Table from "@sluice/core/relation/Table"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { DailyRevenue } from "../tables/DailyRevenue.ts"
import { exchangeRates } from "./exchangeRates.ts"
import { orders } from "./orders.ts"

export const dailyRevenue = Asset.make("daily_revenue", {
  description: DailyRevenue.description,
  group: "analytics",
  upstreams: { orders, rates: exchangeRates },
  storage: storedAs(DailyRevenue),
  checks: [
    noRows(DailyRevenue, "revenue_not_negative", {
      description: "No day has a negative revenue.",
      where: (column) => `${column("revenue")} < 0`
    })
  ],
  materialize: Effect.fn("daily_revenue")(function* () {
    const warehouse = yield* Warehouse
    const { rows } = yield* warehouse.query(
      `SELECT substr(o.ordered_at, 1, 10), count(*), round(sum(o.amount * r.eur), 2)
       FROM orders o
       JOIN exchange_rates r ON r.currency = o.currency
       GROUP BY substr(o.ordered_at, 1, 10)`,
      "pipeline"
    )
    const days = rows.map(([day, orders, revenue]) => ({
      day: String(day),
      orders: Number(orders),
      revenue: String(revenue)
    }))
    return yield* warehouse.publish(DailyRevenue, Dataset.fromArray(Table.rows(DailyRevenue, days)))
  })
})
