import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { monitorSubscriptionAnomaliesChecks } from "../checks/monitorSubscriptionAnomalies.ts"
import { MonitorSubscriptionAnomalies } from "../tables/MonitorSubscriptionAnomalies.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"

/** Subscriptions that cannot be right. */
export const monitorSubscriptionAnomalies = viewAsset(MonitorSubscriptionAnomalies, {
  group: "monitoring",
  checks: monitorSubscriptionAnomaliesChecks,
  upstreams: { subscriptions: subscriptionsRaw }
})
