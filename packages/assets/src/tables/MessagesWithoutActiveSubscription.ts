import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { outsideSubscription } from "./coverage.ts"
import { messageId, userId } from "./ids.ts"
import { MessagesRaw } from "./MessagesRaw.ts"
import { SubscriptionsRaw } from "./SubscriptionsRaw.ts"

/** Messages that no subscription of their sender covers, with the sender. */
export const MessagesWithoutActiveSubscription = View.make("messages_without_active_subscription", {
  description: "Messages sent outside of every subscription of the sender that was not rejected",
  columns: { id: messageId, created_at: Column.timestamp, sender_id: userId },
  on: [MessagesRaw, SubscriptionsRaw],
  select: () => `
    SELECT m.id AS id, m.created_at AS created_at, m.sender_id AS sender_id
    FROM messages_raw m
    WHERE ${outsideSubscription}`
})
