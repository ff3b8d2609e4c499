import * as Changes from "@sluice/core/data/Changes"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { Customers } from "../tables/Customers.ts"
import { cityIds, postcodeIds } from "./customerIds.ts"
import { apiUsers } from "./sources.ts"

export const customers = tableAsset(Customers, {
  group: "raw",
  upstreams: { users: apiUsers, cities: cityIds, postcodes: postcodeIds },
  by: "user_id",
  rows: ({ users, cities, postcodes }, lookup) =>
    Changes.map(users, (user) => ({
      user_id: user.id,
      registered_at: user.registered_at,
      city_id: lookup(cities, user.city),
      postcode_id: lookup(postcodes, user.postcode)
    }))
})
