import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { ExchangeRates } from "./ExchangeRates.ts"
import { Orders } from "./Orders.ts"
import { Products } from "./Products.ts"

export const BestSellers = View.make("best_sellers", {
  description: "Orders and revenue in EUR of each product",
  columns: { name: Column.text(100), orders: Column.integer, revenue: Column.decimal(14, 2) },
  on: [Orders, Products, ExchangeRates],
  select: () => `
    SELECT p.name AS name, count(*) AS orders, round(sum(o.amount * r.eur), 2) AS revenue
    FROM orders o
    JOIN products p ON p.product_id = o.product_id
    JOIN exchange_rates r ON r.currency = o.currency
    GROUP BY p.product_id, p.name`
})
