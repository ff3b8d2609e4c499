import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { labelLength, money } from "../domain/limits.ts"
import { userId } from "./ids.ts"

/** Subscriptions, one row each, identified by the user and the position in the source's list. */
export const SubscriptionsRaw = Table.make("subscriptions_raw", {
  description: "What users have signed up for; position counts a user's subscriptions from 0",
  columns: {
    user_id: userId,
    position: Column.integer,
    created_at: Column.timestamp,
    start_date: Column.nullable(Column.timestamp),
    end_date: Column.nullable(Column.timestamp),
    status: Column.text(labelLength),
    amount: Column.nullable(Column.decimal(money.precision, money.scale)),
    loaded_at: Column.timestamp
  },
  primaryKey: ["user_id", "position"],
  subject: "user_id",
  indexes: [["status", "end_date"], ["created_at"]]
})
