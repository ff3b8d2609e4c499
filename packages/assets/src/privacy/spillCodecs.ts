import * as Decimal from "@sluice/core/data/Decimal"
import * as Pii from "@sluice/core/data/Pii"
import * as RowCodec from "@sluice/core/data/RowCodec"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as Schema from "effect/Schema"
import type { Message } from "../domain/Message.ts"
import type { User } from "../domain/User.ts"

const userId = Schema.String.pipe(Schema.brand("user"))

const subscription = Schema.Struct({
  createdAt: Timestamp.schema,
  startDate: Schema.NullOr(Timestamp.schema),
  endDate: Schema.NullOr(Timestamp.schema),
  status: Schema.String,
  amount: Schema.NullOr(Decimal.schema)
})

/**
 * Packs and unpacks users for the duration of a run. Only this codec writes values to be masked, and on disk always encrypted.
 * The order of fields decides the stored hashes of rows: after a change of it, all rows count as changed once.
 */
export const users: RowCodec.RowCodec<User> = RowCodec.make(
  Schema.Struct({
    id: userId,
    createdAt: Timestamp.schema,
    updatedAt: Timestamp.schema,
    city: Schema.NullOr(Pii.schema("city")),
    zipcode: Schema.NullOr(Pii.schema("zipcode")),
    profession: Schema.NullOr(Pii.schema("profession")),
    country: Schema.NullOr(Schema.String),
    emailDomain: Schema.NullOr(Schema.String),
    birthYear: Schema.NullOr(Schema.Number),
    gender: Schema.NullOr(Schema.String),
    isSmoking: Schema.NullOr(Schema.Boolean),
    income: Schema.NullOr(Decimal.schema),
    subscriptions: Schema.Array(subscription)
  })
)

/** Messages hold no personal value. */
export const messages: RowCodec.RowCodec<Message> = RowCodec.make(
  Schema.Struct({
    id: Schema.String.pipe(Schema.brand("message")),
    createdAt: Timestamp.schema,
    senderId: userId,
    receiverId: userId
  })
)
