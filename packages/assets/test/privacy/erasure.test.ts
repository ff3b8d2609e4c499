import { expect, it } from "@effect/vitest"
import * as Table from "@sluice/core/relation/Table"
import * as Erasure from "@sluice/warehouse/Erasure"
import * as Either from "effect/Either"
import definitions from "../../src/definitions.ts"

const { warehouse } = Either.getOrThrow(definitions.sealed)
const erasure = { ...warehouse, quarantine: definitions.personSources }

/** The names of columns with a user's id. */
const namesUser = /^(user|sender|receiver)_id$/

it("every column that has a user's id is looked at by an erasure", () => {
  expect(Erasure.personalTables(erasure).map(({ name, subject }) => [name, subject])).toStrictEqual(
    erasure.tables.map((table) => [table.name, Table.columnNames(table).filter((column) => namesUser.test(column))])
  )
})

it("every mask table is looked at by an erasure, through the columns of users_raw that refer to it", () => {
  expect(
    erasure.masks.map((mask) => [
      mask.name,
      Erasure.references(erasure, mask).map(({ column, table }) => `${table.name}.${column}`)
    ])
  ).toStrictEqual([
    ["sensitive_city_ids", ["users_raw.city_id"]],
    ["sensitive_zipcode_ids", ["users_raw.zipcode_id"]],
    ["sensitive_profession_ids", ["users_raw.profession_id"]]
  ])
})
