import { SensitiveProfessionIds } from "../tables/SensitiveProfessionIds.ts"
import { maskAsset } from "./mask.ts"

/** The mask ids of all professions that users have, or ever had. */
export const sensitiveProfessionIds = maskAsset(SensitiveProfessionIds, (user) => user.profession)
