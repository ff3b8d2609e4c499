import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { SensitiveProfessionIds } from "../tables/SensitiveProfessionIds.ts"
import { apiUsers } from "./apiUsers.ts"

/** The mask ids of all professions that users have, or ever had. */
export const sensitiveProfessionIds = maskAsset(SensitiveProfessionIds, {
  group: "sensitive",
  pool: "warehouse",
  upstreams: { users: apiUsers },
  values: ({ users }) => Dataset.map(Changes.rowsOf(users), (user) => user.profession)
})
