import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { AverageSubscriptionAmountByMonth } from "../tables/AverageSubscriptionAmountByMonth.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"

/** The average amount of subscriptions, by month. */
export const averageSubscriptionAmountByMonth = viewAsset(AverageSubscriptionAmountByMonth, {
  group: "analytics",
  upstreams: { subscriptions: subscriptionsRaw }
})
