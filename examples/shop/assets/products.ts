import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { Products } from "../tables/Products.ts"
import { apiProducts } from "./sources.ts"

export const products = Asset.make("products", {
  description: Products.description,
  group: "raw",
  upstreams: { products: apiProducts },
  storage: storedAs(Products),
  materialize: ({ products }) =>
    Warehouse.publishReading(
      Products,
      Changes.map(products, ({ id, name }) => ({ product_id: id, name })),
      { by: "product_id" }
    )
})
