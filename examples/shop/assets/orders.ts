import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { Orders } from "../tables/Orders.ts"
import { apiOrders } from "./sources.ts"

export const orders = Asset.make("orders", {
  description: Orders.description,
  group: "raw",
  upstreams: { orders: apiOrders },
  storage: storedAs(Orders),
  materialize: ({ orders }) =>
    Warehouse.publishReading(
      Orders,
      Changes.map(orders, ({ id, ...order }) => ({ order_id: id, ...order })),
      { by: "order_id" }
    )
})
