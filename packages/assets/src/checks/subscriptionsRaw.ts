import * as Grants from "@sluice/core/relation/Grants"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { acceptedValues } from "@sluice/warehouse/checks/RowChecks"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"

/** Subscriptions must not vanish all at once, and must have a status that the views know. */
export const subscriptionsRawChecks = [
  rowCount(SubscriptionsRaw),
  acceptedValues(SubscriptionsRaw, "status", ["Active", "Inactive", "Rejected"], { severity: "warn" }),
  freshness(SubscriptionsRaw, "loaded_at", "2 days"),
  declared(SubscriptionsRaw, Grants.select(SubscriptionsRaw))
]
