import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { BestSellers } from "../tables/BestSellers.ts"
import { exchangeRates } from "./exchangeRates.ts"
import { orders } from "./orders.ts"
import { products } from "./products.ts"

export const bestSellers = viewAsset(BestSellers, {
  group: "analytics",
  upstreams: { orders, products, rates: exchangeRates }
})
