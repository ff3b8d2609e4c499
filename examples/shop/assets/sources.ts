import * as Asset from "@sluice/core/asset/Asset"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Pii from "@sluice/core/data/Pii"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as PagingStyle from "@sluice/rest-source/PagingStyle"
import * as RestSource from "@sluice/rest-source/RestSource"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Shop } from "../Shop.ts"

const UserId = Schema.String.pipe(Schema.brand("user"))
const ProductId = Schema.String.pipe(Schema.brand("product"))
const paging = PagingStyle.cursors({ rows: "data", next: "next_cursor", parameter: "cursor", limit: "limit" })

/** Name, email and street are not declared, so they are never read. */
const User = Schema.Struct({
  id: UserId,
  registered_at: Timestamp.anyZone,
  city: Schema.NullOr(Pii.fromText("city")),
  postcode: Schema.NullOr(Pii.fromText("postcode"))
})

export const apiUsers = Asset.make("api_users", {
  group: "source",
  materialize: () =>
    Effect.flatMap(Shop, ({ apiUrl }) =>
      RestSource.paged({
        name: "users",
        url: new URL("/users", apiUrl),
        paging,
        item: User,
        id: (user) => user.id,
        people: (user) => [user.id],
        isPerson: true
      })
    )
})

const Product = Schema.Struct({ id: ProductId, name: Schema.String })

export const apiProducts = Asset.make("api_products", {
  group: "source",
  materialize: () =>
    Effect.flatMap(Shop, ({ apiUrl }) =>
      RestSource.paged({
        name: "products",
        url: new URL("/products", apiUrl),
        paging,
        item: Product,
        id: (product) => product.id
      })
    )
})

const Order = Schema.Struct({
  id: Schema.String.pipe(Schema.brand("order")),
  user_id: UserId,
  product_id: ProductId,
  ordered_at: Timestamp.anyZone,
  currency: Schema.String.pipe(Schema.brand("currency")),
  amount: Decimal.schema
})

export const apiOrders = Asset.make("api_orders", {
  group: "source",
  materialize: () =>
    Effect.flatMap(Shop, ({ apiUrl }) =>
      RestSource.paged({
        name: "orders",
        url: new URL("/orders", apiUrl),
        paging,
        item: Order,
        id: (order) => order.id,
        people: (order) => [order.user_id]
      })
    )
})
