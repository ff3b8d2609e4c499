import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { SensitiveZipcodeIds } from "../tables/SensitiveZipcodeIds.ts"
import { apiUsers } from "./apiUsers.ts"

/** The mask ids of all zip codes that users have, or ever had. */
export const sensitiveZipcodeIds = maskAsset(SensitiveZipcodeIds, {
  group: "sensitive",
  pool: "warehouse",
  upstreams: { users: apiUsers },
  values: ({ users }) => Dataset.map(Changes.rowsOf(users), (user) => user.zipcode)
})
