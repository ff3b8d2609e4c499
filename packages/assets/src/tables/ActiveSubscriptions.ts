import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { money } from "../domain/limits.ts"
import { userId } from "./ids.ts"
import { SubscriptionsRaw } from "./SubscriptionsRaw.ts"

/** Subscriptions that are active at the time of the query: their status says so, and their end has not passed. */
export const ActiveSubscriptions = View.make("active_subscriptions", {
  description: "Subscriptions whose status is Active and whose end is not past",
  columns: {
    user_id: userId,
    position: Column.integer,
    start_date: Column.nullable(Column.timestamp),
    end_date: Column.nullable(Column.timestamp),
    amount: Column.nullable(Column.decimal(money.precision, money.scale))
  },
  on: [SubscriptionsRaw],
  select: ({ now }) => `
    SELECT s.user_id AS user_id, s.position AS position, s.start_date AS start_date, s.end_date AS end_date,
      s.amount AS amount
    FROM subscriptions_raw s
    WHERE s.status = 'Active' AND (s.end_date IS NULL OR s.end_date >= ${now})`
})
