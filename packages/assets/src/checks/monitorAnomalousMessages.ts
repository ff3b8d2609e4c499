import { foreignKey } from "@sluice/warehouse/checks/RowChecks"
import { MessagesRaw } from "../tables/MessagesRaw.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"

/**
 * Messages and subscriptions must refer to existing users. The view depends on all three tables, so these checks compare tables
 * of one run; checks of a table could compare new rows with old users. They read the tables' indexes, not the view, which reads
 * every message three times.
 */
export const monitorAnomalousMessagesChecks = [
  foreignKey(MessagesRaw, { sender_id: "user_id" }, UsersRaw, { severity: "warn" }),
  foreignKey(MessagesRaw, { receiver_id: "user_id" }, UsersRaw, { severity: "warn" }),
  foreignKey(SubscriptionsRaw, { user_id: "user_id" }, UsersRaw, { severity: "warn" })
]
