import { MessagesPerDay } from "../tables/MessagesPerDay.ts"
import { messagesRaw } from "./messagesRaw.ts"
import { viewAsset } from "./relation.ts"

/** How many messages a day. */
export const messagesPerDay = viewAsset(MessagesPerDay, {
  group: "analytics",
  upstreams: { messages: messagesRaw }
})
