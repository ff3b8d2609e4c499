import * as Mapping from "@sluice/core/partition/Mapping"
import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { dayRegion, hours } from "../partitions.ts"
import { RegionalRevenue } from "../tables/RegionalRevenue.ts"
import { exchangeRates } from "./exchangeRates.ts"
import { orders } from "./orders.ts"

export const regionalRevenue = sqlTable(RegionalRevenue, {
  group: "analytics",
  partitions: dayRegion,
  mappings: { orders: Mapping.overlap(hours, dayRegion) },
  from: { orders, rates: exchangeRates },
  select: ({ orders, rates }, { window }) => `
    SELECT ${window.day} AS day, ${window.keyOf("region")} AS region,
      count(*) AS orders, coalesce(sum(o.amount * r.eur), 0) AS revenue
    FROM ${orders} o
    JOIN ${rates} r ON r.currency = o.currency
    WHERE o.region = ${window.keyOf("region")} AND o.ordered_at >= ${window.start} AND o.ordered_at < ${window.end}`
})
