import { foreignKey } from "@sluice/warehouse/checks/RowChecks"
import { MessagesRaw } from "../tables/MessagesRaw.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"

/**
 * What refers to users refers to users that there are. The view stands on all three tables, so these compare what one run
 * has made: on the tables themselves they would compare new rows with old users. They ask the tables' indexes, and not the
 * view, which looks at every message three times.
 */
export const monitorAnomalousMessagesChecks = [
  foreignKey(MessagesRaw, { sender_id: "user_id" }, UsersRaw, { severity: "warn" }),
  foreignKey(MessagesRaw, { receiver_id: "user_id" }, UsersRaw, { severity: "warn" }),
  foreignKey(SubscriptionsRaw, { user_id: "user_id" }, UsersRaw, { severity: "warn" })
]
