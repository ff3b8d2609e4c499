import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { hours } from "../partitions.ts"
import { Orders } from "../tables/Orders.ts"
import { apiOrders } from "./sources.ts"

/** Orders can arrive up to two hours late, so each new hour makes the two before it again. */
export const orders = tableAsset(Orders, {
  group: "raw",
  partitions: hours,
  policy: { batches: 24 },
  lookback: 2,
  upstreams: { orders: apiOrders },
  rows: ({ orders }) => Dataset.map(Changes.rowsOf(orders), ({ id, ...order }) => ({ order_id: id, ...order }))
})
