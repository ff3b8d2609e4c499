import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { Sales, sales } from "./sales.ts"

const Revenue = View.make("revenue", {
  description: "What each product has earned",
  columns: { product: Column.text(100), sales: Column.integer, amount: Column.decimal(12, 2) },
  on: [Sales],
  select: () => "SELECT product, count(*) AS sales, sum(amount) AS amount FROM sales GROUP BY product"
})

export const revenue = viewAsset(Revenue, { upstreams: { sales } })
