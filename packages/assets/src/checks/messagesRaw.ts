import * as Grants from "@sluice/core/relation/Grants"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { MessagesRaw } from "../tables/MessagesRaw.ts"

/** Messages do not vanish all at once; who wrote them is looked at where users are known, in monitor_anomalous_messages. */
export const messagesRawChecks = [
  rowCount(MessagesRaw),
  freshness(MessagesRaw, "loaded_at", "2 days"),
  declared(MessagesRaw, Grants.select(MessagesRaw))
]
