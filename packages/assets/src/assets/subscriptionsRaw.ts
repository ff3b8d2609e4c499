import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import { subscriptionsRawChecks } from "../checks/subscriptionsRaw.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { apiUsers } from "./apiUsers.ts"
import { loadedAt } from "./loadedAt.ts"

/** Subscriptions, one row each, in the order of the user's list. */
export const subscriptionsRaw = tableAsset(SubscriptionsRaw, {
  group: "raw",
  pool: "warehouse",
  upstreams: { users: apiUsers },
  checks: subscriptionsRawChecks,
  by: "user_id",
  rows: ({ users }) =>
    Effect.map(loadedAt, (loaded_at) =>
      Changes.flatMap(users, (user) =>
        user.subscriptions.map((subscription, position) => ({
          user_id: user.id,
          position,
          created_at: subscription.createdAt,
          start_date: subscription.startDate,
          end_date: subscription.endDate,
          status: subscription.status,
          amount: subscription.amount,
          loaded_at
        }))
      )
    )
})
