import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import type { Row } from "@sluice/core/relation/Table"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { subscriptionsRawChecks } from "../checks/subscriptionsRaw.ts"
import { SubscriptionsRaw } from "../tables/SubscriptionsRaw.ts"
import { apiUsers } from "./apiUsers.ts"
import { loadedAt } from "./loadedAt.ts"

/** Subscriptions, one row each, in the order in which their user has them. */
export const subscriptionsRaw = Asset.make("subscriptions_raw", {
  description: SubscriptionsRaw.description,
  group: "raw",
  pool: "warehouse",
  upstreams: { users: apiUsers },
  storage: storedAs(SubscriptionsRaw),
  checks: subscriptionsRawChecks,
  materialize: Effect.fn("subscriptions_raw")(function* ({ users }) {
    const loaded_at = yield* loadedAt
    return yield* Warehouse.publishReading(
      SubscriptionsRaw,
      Changes.flatMap(users, (user) =>
        user.subscriptions.map(
          (subscription, position): Row<typeof SubscriptionsRaw> => ({
            user_id: user.id,
            position,
            created_at: subscription.createdAt,
            start_date: subscription.startDate,
            end_date: subscription.endDate,
            status: subscription.status,
            amount: subscription.amount,
            loaded_at
          })
        )
      ),
      { by: "user_id" }
    )
  })
})
