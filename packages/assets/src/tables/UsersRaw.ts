import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { countryLength, labelLength, money } from "../domain/limits.ts"
import { maxDomainLength } from "../privacy/derivations.ts"
import { userId } from "./ids.ts"

/** Users as analysts see them: names dropped, places and professions as mask ids. */
export const UsersRaw = Table.make("users_raw", {
  description: "Users without names or addresses; city, zip code and profession as mask ids",
  columns: {
    user_id: userId,
    created_at: Column.timestamp,
    updated_at: Column.timestamp,
    city_id: Column.nullable(Column.maskId("city")),
    zipcode_id: Column.nullable(Column.maskId("zipcode")),
    profession_id: Column.nullable(Column.maskId("profession")),
    country: Column.nullable(Column.text(countryLength)),
    email_domain: Column.nullable(Column.text(maxDomainLength)),
    birth_year: Column.nullable(Column.integer),
    gender: Column.nullable(Column.text(labelLength)),
    is_smoking: Column.nullable(Column.boolean),
    income: Column.nullable(Column.decimal(money.precision, money.scale)),
    loaded_at: Column.timestamp
  },
  primaryKey: ["user_id"],
  subject: "user_id",
  indexes: [["country"]]
})
