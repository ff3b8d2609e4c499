import { SensitiveZipcodeIds } from "../tables/SensitiveZipcodeIds.ts"
import { maskAsset } from "./mask.ts"

/** The mask ids of all zip codes that users have, or ever had. */
export const sensitiveZipcodeIds = maskAsset(SensitiveZipcodeIds, (user) => user.zipcode)
