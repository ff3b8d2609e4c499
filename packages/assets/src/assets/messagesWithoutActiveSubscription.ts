import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { MessagesWithoutActiveSubscription } from "../tables/MessagesWithoutActiveSubscription.ts"
import { messagesRaw } from "./messagesRaw.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"

/** Messages outside of any subscription of their sender. */
export const messagesWithoutActiveSubscription = viewAsset(MessagesWithoutActiveSubscription, {
  group: "analytics",
  upstreams: { messages: messagesRaw, subscriptions: subscriptionsRaw }
})
