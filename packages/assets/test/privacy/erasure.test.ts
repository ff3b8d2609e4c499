import { assert, it } from "@effect/vitest"
import * as Table from "@sluice/core/relation/Table"
import { spec } from "../../src/pipeline.ts"
import { erasure } from "../../src/privacy/erasure.ts"

/** What a column that has a user's id is called. */
const namesUser = /^(user|sender|receiver)_id$/

it("every column that has a user's id is looked at by an erasure, and every mask table", () => {
  const columns = spec.tables.flatMap((table) =>
    Table.columnNames(table).flatMap((column) => (namesUser.test(column) ? [`${table.name}.${column}`] : []))
  )
  assert.deepStrictEqual(
    erasure.rows.flatMap(({ columns: all, table }) => all.map((column) => `${table.name}.${column}`)),
    columns
  )
  assert.deepStrictEqual(
    erasure.masks.map(({ mask }) => mask.name),
    spec.masks.map(({ name }) => name)
  )
})

it("every column that refers to a mask is one of the declared references", () => {
  const references = spec.tables.flatMap((table) =>
    Object.entries(table.columns).flatMap(([column, { maskOf }]) =>
      maskOf === undefined ? [] : [`${table.name}.${column}`]
    )
  )
  assert.deepStrictEqual(
    erasure.masks.map(({ reference, table }) => `${table.name}.${reference}`),
    references
  )
})
