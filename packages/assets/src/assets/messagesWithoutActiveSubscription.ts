import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { MessagesWithoutActiveSubscription } from "../tables/MessagesWithoutActiveSubscription.ts"
import { messagesRaw } from "./messagesRaw.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"

/** Who sent messages outside of any subscription. */
export const messagesWithoutActiveSubscription = viewAsset(MessagesWithoutActiveSubscription, {
  group: "analytics",
  upstreams: { messages: messagesRaw, subscriptions: subscriptionsRaw }
})
