import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { CityIds, PostcodeIds } from "../tables/Customers.ts"
import { apiUsers } from "./sources.ts"

export const cityIds = maskAsset(CityIds, {
  group: "sensitive",
  upstreams: { users: apiUsers },
  values: ({ users }) => Dataset.map(Changes.rowsOf(users), (user) => user.city)
})

export const postcodeIds = maskAsset(PostcodeIds, {
  group: "sensitive",
  upstreams: { users: apiUsers },
  values: ({ users }) => Dataset.map(Changes.rowsOf(users), (user) => user.postcode)
})
