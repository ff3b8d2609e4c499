import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import type { Row } from "@sluice/core/relation/Table"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { messagesRawChecks } from "../checks/messagesRaw.ts"
import { MessagesRaw } from "../tables/MessagesRaw.ts"
import { apiMessages } from "./apiMessages.ts"
import { loadedAt } from "./loadedAt.ts"

/** Messages without their text. */
export const messagesRaw = Asset.make("messages_raw", {
  description: MessagesRaw.description,
  group: "raw",
  pool: "warehouse",
  upstreams: { messages: apiMessages },
  storage: storedAs(MessagesRaw),
  checks: messagesRawChecks,
  materialize: Effect.fn("messages_raw")(function* ({ messages }) {
    const loaded_at = yield* loadedAt
    return yield* Warehouse.publishReading(
      MessagesRaw,
      Changes.map(
        messages,
        (message): Row<typeof MessagesRaw> => ({
          id: message.id,
          created_at: message.createdAt,
          sender_id: message.senderId,
          receiver_id: message.receiverId,
          loaded_at
        })
      ),
      { by: "id" }
    )
  })
})
