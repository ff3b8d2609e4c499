import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import { withMaskIds } from "@sluice/warehouse/assets/MaskLookup"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { Customers } from "../tables/Customers.ts"
import { cityIds, postcodeIds } from "./customerIds.ts"
import { apiUsers } from "./sources.ts"

export const customers = Asset.make("customers", {
  description: Customers.description,
  group: "raw",
  upstreams: { users: apiUsers, cities: cityIds, postcodes: postcodeIds },
  storage: storedAs(Customers),
  materialize: ({ users, cities, postcodes }) =>
    withMaskIds(Customers.name, (lookup) =>
      Warehouse.publishReading(
        Customers,
        Changes.map(users, (user) => ({
          user_id: user.id,
          registered_at: user.registered_at,
          city_id: lookup(cities, user.city),
          postcode_id: lookup(postcodes, user.postcode)
        })),
        { by: "user_id" }
      )
    )
})
