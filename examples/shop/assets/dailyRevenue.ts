import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { DailyRevenue } from "../tables/DailyRevenue.ts"
import { exchangeRates } from "./exchangeRates.ts"
import { orders } from "./orders.ts"

export const dailyRevenue = sqlTable(DailyRevenue, {
  group: "analytics",
  checks: [
    noRows(DailyRevenue, "revenue_not_negative", {
      description: "No day has a negative revenue.",
      where: (column) => `${column("revenue")} < 0`
    })
  ],
  from: { orders, rates: exchangeRates },
  select: ({ orders, rates }) => `
    SELECT substr(o.ordered_at, 1, 10) AS day, count(*) AS orders, sum(o.amount * r.eur) AS revenue
    FROM ${orders} o
    JOIN ${rates} r ON r.currency = o.currency
    GROUP BY substr(o.ordered_at, 1, 10)`
})
