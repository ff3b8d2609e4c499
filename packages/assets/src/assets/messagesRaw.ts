import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import { messagesRawChecks } from "../checks/messagesRaw.ts"
import { MessagesRaw } from "../tables/MessagesRaw.ts"
import { apiMessages } from "./apiMessages.ts"
import { loadedAt } from "./loadedAt.ts"

/** Messages without their text. */
export const messagesRaw = tableAsset(MessagesRaw, {
  group: "raw",
  pool: "warehouse",
  upstreams: { messages: apiMessages },
  checks: messagesRawChecks,
  by: "id",
  rows: ({ messages }) =>
    Effect.map(loadedAt, (loaded_at) =>
      Changes.map(messages, (message) => ({
        id: message.id,
        created_at: message.createdAt,
        sender_id: message.senderId,
        receiver_id: message.receiverId,
        loaded_at
      }))
    )
})
