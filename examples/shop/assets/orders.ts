import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { Orders } from "../tables/Orders.ts"
import { apiOrders } from "./sources.ts"

export const orders = tableAsset(Orders, {
  group: "raw",
  upstreams: { orders: apiOrders },
  by: "order_id",
  rows: ({ orders }) => Changes.map(orders, ({ id, ...order }) => ({ order_id: id, ...order }))
})
