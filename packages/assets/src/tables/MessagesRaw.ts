import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { idLength } from "../domain/limits.ts"

/** Messages without their text. */
export const MessagesRaw = Table.make("messages_raw", {
  description: "Who wrote to whom, and when; never what",
  columns: {
    id: Column.text(idLength),
    created_at: Column.timestamp,
    sender_id: Column.text(idLength),
    receiver_id: Column.text(idLength),
    loaded_at: Column.timestamp
  },
  primaryKey: ["id"],
  subject: ["sender_id", "receiver_id"],
  indexes: [["sender_id", "created_at"], ["receiver_id"], ["created_at"]]
})
