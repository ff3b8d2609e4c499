import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { userId } from "./ids.ts"

export const CityIds = Mask.make("shop_city_ids", {
  kind: "city",
  column: "city",
  description: "The cities behind the mask ids"
})

export const PostcodeIds = Mask.make("shop_postcode_ids", {
  kind: "postcode",
  column: "postcode",
  description: "The postcodes behind the mask ids"
})

export const Customers = Table.make("customers", {
  description: "Customers without names and addresses; city and postcode as mask ids",
  columns: {
    user_id: userId,
    registered_at: Column.timestamp,
    city_id: Column.quasiIdentifier(Column.nullable(Column.maskId("city"))),
    postcode_id: Column.quasiIdentifier(Column.nullable(Column.maskId("postcode")))
  },
  primaryKey: ["user_id"],
  subject: "user_id"
})
