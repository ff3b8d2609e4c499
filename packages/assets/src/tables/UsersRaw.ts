import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { countryLength, labelLength, money } from "../domain/limits.ts"
import { maxDomainLength } from "../privacy/derivations.ts"
import { birthBand, commonDomain, incomeBand } from "./coarser.ts"
import { userId } from "./ids.ts"

/** Users as analysts see them: names dropped, places and professions as mask ids. */
export const UsersRaw = Table.make("users_raw", {
  description: "Users without names or addresses; city, zip code and profession as mask ids",
  columns: {
    user_id: userId,
    created_at: Column.timestamp,
    updated_at: Column.timestamp,
    city_id: Column.quasiIdentifier(Column.nullable(Column.maskId("city"))),
    zipcode_id: Column.quasiIdentifier(Column.nullable(Column.maskId("zipcode"))),
    profession_id: Column.quasiIdentifier(Column.nullable(Column.maskId("profession"))),
    country: Column.quasiIdentifier(Column.nullable(Column.text(countryLength))),
    email_domain: Column.quasiIdentifier(Column.nullable(Column.text(maxDomainLength)), commonDomain),
    birth_year: Column.quasiIdentifier(Column.nullable(Column.integer), birthBand),
    gender: Column.quasiIdentifier(Column.nullable(Column.text(labelLength))),
    is_smoking: Column.sensitiveAttribute(Column.nullable(Column.boolean)),
    income: Column.sensitiveAttribute(Column.nullable(Column.decimal(money.precision, money.scale)), incomeBand),
    loaded_at: Column.timestamp
  },
  primaryKey: ["user_id"],
  subject: "user_id",
  // Columns that a neighbour or a colleague would know, without mask ids.
  knownTogether: [
    ["zipcode_id", "birth_year", "gender"],
    ["city_id", "profession_id", "gender"],
    ["country", "birth_year", "gender"],
    ["country", "birth_year", "gender", "email_domain"]
  ],
  indexes: [["country"]]
})
