import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { SensitiveCityIds } from "../tables/SensitiveCityIds.ts"
import { apiUsers } from "./apiUsers.ts"

/** The mask ids of all cities that users have, or ever had. */
export const sensitiveCityIds = maskAsset(SensitiveCityIds, {
  group: "sensitive",
  pool: "warehouse",
  upstreams: { users: apiUsers },
  values: ({ users }) => Dataset.map(Changes.rowsOf(users), (user) => user.city)
})
