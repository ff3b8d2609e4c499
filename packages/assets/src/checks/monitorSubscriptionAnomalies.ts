import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { MonitorSubscriptionAnomalies } from "../tables/MonitorSubscriptionAnomalies.ts"

/** Only an end before a start is always a mistake of the source. The view's other anomalies happen every day. */
export const monitorSubscriptionAnomaliesChecks = [
  noRows(MonitorSubscriptionAnomalies, "end_after_start", {
    description: "No subscription ends before it starts.",
    severity: "warn",
    label: "subscriptions_that_end_before_they_start",
    where: (column) => `${column("anomaly")} = 'end_before_start'`
  })
]
