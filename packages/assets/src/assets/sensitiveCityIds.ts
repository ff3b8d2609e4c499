import { SensitiveCityIds } from "../tables/SensitiveCityIds.ts"
import { maskAsset } from "./mask.ts"

/** The mask ids of all cities that users have, or ever had. */
export const sensitiveCityIds = maskAsset(SensitiveCityIds, (user) => user.city)
