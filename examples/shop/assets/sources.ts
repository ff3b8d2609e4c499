import * as Asset from "@sluice/core/asset/Asset"
import * as PagingStyle from "@sluice/rest-source/PagingStyle"
import * as RestSource from "@sluice/rest-source/RestSource"
import * as Effect from "effect/Effect"
import { hours } from "../partitions.ts"
import { Shop } from "../Shop.ts"
import * as Lists from "./lists.ts"

const paging = PagingStyle.cursors({ rows: "data", next: "next_cursor", parameter: "cursor", limit: "limit" })

export const apiUsers = Asset.make("api_users", {
  group: "source",
  materialize: () =>
    Effect.flatMap(Shop, ({ apiUrl }) =>
      RestSource.paged({
        ...Lists.users,
        url: new URL("/users", apiUrl),
        paging,
        isPerson: true
      })
    )
})

export const apiProducts = Asset.make("api_products", {
  group: "source",
  materialize: () =>
    Effect.flatMap(Shop, ({ apiUrl }) => RestSource.paged({ ...Lists.products, url: new URL("/products", apiUrl), paging }))
})

export const apiOrders = Asset.make("api_orders", {
  group: "source",
  partitions: hours,
  policy: { batches: 24 },
  materialize: (_, slice) =>
    Effect.flatMap(Shop, ({ apiUrl }) =>
      RestSource.paged({
        ...Lists.orders,
        url: new URL("/orders", apiUrl),
        paging,
        within: { slice, since: "since", until: "until" },
        people: (order) => [order.user_id]
      })
    )
})
