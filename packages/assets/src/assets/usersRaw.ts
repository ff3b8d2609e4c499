import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import { usersRawChecks } from "../checks/usersRaw.ts"
import * as Generalisation from "../privacy/Generalisation.ts"
import { UsersRaw } from "../tables/UsersRaw.ts"
import { apiUsers } from "./apiUsers.ts"
import { loadedAt } from "./loadedAt.ts"
import { sensitiveCityIds } from "./sensitiveCityIds.ts"
import { sensitiveProfessionIds } from "./sensitiveProfessionIds.ts"
import { sensitiveZipcodeIds } from "./sensitiveZipcodeIds.ts"

/** Users as analysts see them: names dropped, places and professions as mask ids. */
export const usersRaw = tableAsset(UsersRaw, {
  group: "raw",
  pool: "warehouse",
  upstreams: {
    users: apiUsers,
    cities: sensitiveCityIds,
    zipcodes: sensitiveZipcodeIds,
    professions: sensitiveProfessionIds
  },
  checks: usersRawChecks,
  by: "user_id",
  rows: Effect.fn("users_raw")(function* ({ users, cities, zipcodes, professions }, lookup) {
    const loaded_at = yield* loadedAt
    const policy = yield* Generalisation.Generalisation
    const common = yield* Generalisation.commonDomains(policy, users)
    return Changes.map(users, (user) => ({
      user_id: user.id,
      created_at: user.createdAt,
      updated_at: user.updatedAt,
      city_id: lookup(cities, user.city),
      zipcode_id: lookup(zipcodes, user.zipcode),
      profession_id: lookup(professions, user.profession),
      country: user.country,
      email_domain: Generalisation.emailDomain(user.emailDomain, common),
      birth_year: Generalisation.birthYear(policy, user.birthYear),
      gender: user.gender,
      is_smoking: user.isSmoking,
      income: Generalisation.income(policy, user.income),
      loaded_at
    }))
  })
})
