import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { messageId, userId } from "./ids.ts"

/** Messages without their text. */
export const MessagesRaw = Table.make("messages_raw", {
  description: "Who wrote to whom, and when; never what",
  columns: {
    id: messageId,
    created_at: Column.timestamp,
    sender_id: userId,
    receiver_id: userId,
    loaded_at: Column.timestamp
  },
  primaryKey: ["id"],
  subject: ["sender_id", "receiver_id"],
  indexes: [["sender_id", "created_at"], ["receiver_id"], ["created_at"]]
})
