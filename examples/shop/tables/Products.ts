import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { productId } from "./ids.ts"

export const Products = Table.make("products", {
  description: "What the shop sells",
  columns: { product_id: productId, name: Column.text(100) },
  primaryKey: ["product_id"]
})
