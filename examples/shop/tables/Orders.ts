import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { currency, productId, region, userId } from "./ids.ts"

export const Orders = Table.make("orders", {
  description: "Orders, each of one product",
  columns: {
    order_id: Column.id("order", Column.text(36)),
    user_id: userId,
    product_id: productId,
    ordered_at: Column.timestamp,
    region,
    currency,
    amount: Column.decimal(12, 2)
  },
  primaryKey: ["order_id"],
  subject: "user_id",
  partitionBy: "ordered_at"
})
