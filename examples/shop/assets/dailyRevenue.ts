import * as Mapping from "@sluice/core/partition/Mapping"
import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { days, hours } from "../partitions.ts"
import { DailyRevenue } from "../tables/DailyRevenue.ts"
import { exchangeRates } from "./exchangeRates.ts"
import { orders } from "./orders.ts"

export const dailyRevenue = sqlTable(DailyRevenue, {
  group: "analytics",
  partitions: days,
  mappings: { orders: Mapping.overlap(hours, days) },
  checks: [
    noRows(DailyRevenue, "revenue_not_negative", {
      description: "No day has a negative revenue.",
      where: (column) => `${column("revenue")} < 0`
    })
  ],
  from: { orders, rates: exchangeRates },
  select: ({ orders, rates }, { window }) => `
    SELECT ${window.day} AS day, count(*) AS orders, coalesce(sum(o.amount * r.eur), 0) AS revenue
    FROM ${orders} o
    JOIN ${rates} r ON r.currency = o.currency
    WHERE o.ordered_at >= ${window.start} AND o.ordered_at < ${window.end}`
})
