import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { monitorAnomalousMessagesChecks } from "../checks/monitorAnomalousMessages.ts"
import { MonitorAnomalousMessages } from "../tables/MonitorAnomalousMessages.ts"
import { messagesRaw } from "./messagesRaw.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"
import { usersRaw } from "./usersRaw.ts"

/** Messages that cannot be right. */
export const monitorAnomalousMessages = viewAsset(MonitorAnomalousMessages, {
  group: "monitoring",
  checks: monitorAnomalousMessagesChecks,
  upstreams: { messages: messagesRaw, users: usersRaw, subscriptions: subscriptionsRaw }
})
