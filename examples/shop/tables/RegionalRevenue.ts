import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { region } from "./ids.ts"

export const RegionalRevenue = Table.make("regional_revenue", {
  description: "Orders and revenue in EUR of each day (UTC) and region",
  columns: { day: Column.day, region, orders: Column.integer, revenue: Column.decimal(14, 2) },
  primaryKey: ["day", "region"],
  partitionBy: { day: "day", region: "region" }
})
