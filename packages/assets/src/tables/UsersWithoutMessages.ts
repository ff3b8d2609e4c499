import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { countryLength } from "../domain/limits.ts"
import { userId } from "./ids.ts"
import { MessagesRaw } from "./MessagesRaw.ts"
import { UsersRaw } from "./UsersRaw.ts"

/** Users who received no message. */
export const UsersWithoutMessages = View.make("users_without_messages", {
  description: "Users who never received a message",
  columns: {
    user_id: userId,
    created_at: Column.timestamp,
    country: Column.nullable(Column.text(countryLength))
  },
  on: [UsersRaw, MessagesRaw],
  select: () => `
    SELECT u.user_id AS user_id, u.created_at AS created_at, u.country AS country
    FROM users_raw u
    WHERE NOT EXISTS (SELECT 1 FROM messages_raw m WHERE m.receiver_id = u.user_id)`
})
