import { foreignKey, noRows } from "@sluice/warehouse/checks/RowChecks"
import { MonitorAnomalousMessages } from "../tables/MonitorAnomalousMessages.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"

/**
 * What refers to users refers to users that there are. The view stands on all three tables, so these compare what one run
 * has made: on the tables themselves they would compare new rows with old users.
 */
export const monitorAnomalousMessagesChecks = [
  noRows(MonitorAnomalousMessages, "messages_of_known_users", {
    description: "Every message is from and to a known user.",
    severity: "warn",
    label: "unknown_senders_or_receivers",
    where: (column) => `${column("anomaly")} IN ('unknown_sender', 'unknown_receiver')`
  }),
  foreignKey(SubscriptionsRaw, { user_id: "user_id" }, UsersRaw, { severity: "warn" })
]
