import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { MessagesPerDay } from "../tables/MessagesPerDay.ts"
import { messagesRaw } from "./messagesRaw.ts"

/** The number of messages a day. */
export const messagesPerDay = viewAsset(MessagesPerDay, {
  group: "analytics",
  upstreams: { messages: messagesRaw }
})
