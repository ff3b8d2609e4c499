import { viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { ActiveSubscriptions } from "../tables/ActiveSubscriptions.ts"
import { subscriptionsRaw } from "./subscriptionsRaw.ts"

/** Subscriptions that are active now. */
export const activeSubscriptions = viewAsset(ActiveSubscriptions, {
  group: "analytics",
  upstreams: { subscriptions: subscriptionsRaw }
})
