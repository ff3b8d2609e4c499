import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { userId } from "./ids.ts"
import { SubscriptionsRaw } from "./SubscriptionsRaw.ts"

/** Subscriptions that cannot be right, a row for each anomaly. */
export const MonitorSubscriptionAnomalies = View.make("monitor_subscription_anomalies", {
  description: "Subscriptions that are active past their end, end before their start, or were created after it",
  columns: { user_id: userId, position: Column.integer, anomaly: Column.text(32) },
  on: [SubscriptionsRaw],
  select: ({ now }) => `
    SELECT s.user_id AS user_id, s.position AS position, 'active_past_end' AS anomaly
    FROM subscriptions_raw s WHERE s.status = 'Active' AND s.end_date < ${now}
    UNION ALL
    SELECT s.user_id, s.position, 'end_before_start' FROM subscriptions_raw s WHERE s.end_date < s.start_date
    UNION ALL
    SELECT s.user_id, s.position, 'created_after_start' FROM subscriptions_raw s WHERE s.created_at > s.start_date`
})
