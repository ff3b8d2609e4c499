import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { Products } from "../tables/Products.ts"
import { apiProducts } from "./sources.ts"

export const products = tableAsset(Products, {
  group: "raw",
  upstreams: { products: apiProducts },
  by: "product_id",
  rows: ({ products }) => Changes.map(products, ({ id, name }) => ({ product_id: id, name }))
})
