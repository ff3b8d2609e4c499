import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { MessagesRaw } from "./MessagesRaw.ts"

/** The number of messages a day, in UTC. A day without messages has no row. */
export const MessagesPerDay = View.make("messages_per_day", {
  description: "How many messages were sent on each day (UTC)",
  columns: { day: Column.day, messages: Column.integer },
  on: [MessagesRaw],
  select: () => `
    SELECT substr(created_at, 1, 10) AS day, count(*) AS messages
    FROM messages_raw
    GROUP BY substr(created_at, 1, 10)`
})
