import * as Decimal from "@sluice/core/data/Decimal"
import * as Pii from "@sluice/core/data/Pii"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as Schema from "effect/Schema"

const UserId = Schema.String.pipe(Schema.brand("user"))
const ProductId = Schema.String.pipe(Schema.brand("product"))

/** Name, email and street are not declared, so they are never read. */
const User = Schema.Struct({
  id: UserId,
  registered_at: Timestamp.anyZone,
  city: Schema.NullOr(Pii.fromText("city")),
  postcode: Schema.NullOr(Pii.fromText("postcode"))
})

const Product = Schema.Struct({ id: ProductId, name: Schema.String })

const Order = Schema.Struct({
  id: Schema.String.pipe(Schema.brand("order")),
  user_id: UserId,
  product_id: ProductId,
  ordered_at: Timestamp.anyZone,
  region: Schema.String,
  currency: Schema.String.pipe(Schema.brand("currency")),
  amount: Decimal.schema
})

export const users = { name: "users", item: User, id: (user: typeof User.Type) => user.id, inThreads: true }
export const products = {
  name: "products",
  item: Product,
  id: (product: typeof Product.Type) => product.id,
  inThreads: true
}
export const orders = { name: "orders", item: Order, id: (order: typeof Order.Type) => order.id, inThreads: true }
