import * as Grants from "@sluice/core/relation/Grants"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { MessagesRaw } from "../tables/MessagesRaw.ts"

/** Messages must not vanish all at once. Senders are checked in monitor_anomalous_messages, where users are known. */
export const messagesRawChecks = [
  rowCount(MessagesRaw),
  freshness(MessagesRaw, "loaded_at", "2 days"),
  declared(MessagesRaw, Grants.select(MessagesRaw))
]
