import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { outsideSubscription } from "./coverage.ts"
import { messageId } from "./ids.ts"
import { MessagesRaw } from "./MessagesRaw.ts"
import { SubscriptionsRaw } from "./SubscriptionsRaw.ts"
import { UsersRaw } from "./UsersRaw.ts"

/**
 * Messages that cannot be right, a row for each anomaly. It joins users instead of NOT EXISTS, for which MariaDB fills a
 * temporary table with every user, twenty times slower than their key.
 */
export const MonitorAnomalousMessages = View.make("monitor_anomalous_messages", {
  description: "Messages from or to unknown users, or outside of the sender's subscriptions",
  columns: { id: messageId, anomaly: Column.text(32) },
  on: [MessagesRaw, UsersRaw, SubscriptionsRaw],
  select: () => `
    SELECT m.id AS id, 'unknown_sender' AS anomaly FROM messages_raw m
    LEFT JOIN users_raw u ON u.user_id = m.sender_id WHERE u.user_id IS NULL
    UNION ALL
    SELECT m.id, 'unknown_receiver' FROM messages_raw m
    LEFT JOIN users_raw u ON u.user_id = m.receiver_id WHERE u.user_id IS NULL
    UNION ALL
    SELECT m.id, 'outside_subscription' FROM messages_raw m
    WHERE ${outsideSubscription}`
})
