import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { money } from "../domain/limits.ts"
import { SubscriptionsRaw } from "./SubscriptionsRaw.ts"

/**
 * The average amount of subscriptions, by the month (UTC) of their creation, rounded to cents. Subscriptions without an amount
 * are counted and not averaged. Cents are summed as whole numbers, so that SQLite, which has no decimals, is exact too, as long
 * as a month's cents stay below 2^53.
 */
export const AverageSubscriptionAmountByMonth = View.make("average_subscription_amount_by_month", {
  description: "Average amount of the subscriptions created in each month (UTC)",
  columns: {
    month: Column.text(7),
    subscriptions: Column.integer,
    average_amount: Column.nullable(Column.decimal(money.precision, money.scale))
  },
  on: [SubscriptionsRaw],
  select: () => `
    SELECT substr(created_at, 1, 7) AS month, count(*) AS subscriptions,
      round(round(sum(round(amount * 100)) / nullif(count(amount), 0)) / 100, 2) AS average_amount
    FROM subscriptions_raw
    GROUP BY substr(created_at, 1, 7)`
})
