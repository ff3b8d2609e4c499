import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"

export const DailyRevenue = Table.make("daily_revenue", {
  description: "Orders and revenue in EUR of each day (UTC)",
  columns: { day: Column.day, orders: Column.integer, revenue: Column.decimal(14, 2) },
  primaryKey: ["day"],
  partitionBy: "day"
})
