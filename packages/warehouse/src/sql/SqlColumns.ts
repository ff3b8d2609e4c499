import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type SqlDialect } from "./SqlDialect.ts"

/** A column by its name and its type as DDL states it. */
export type Column = readonly [name: string, type: string]

/**
 * Creates a table if it is missing, and adds the `added` columns to one that an earlier version created. Rows that are there
 * get NULL in them, or the next numbers of a counter. Several processes may do so at once.
 */
export const ensureTable = Effect.fn("SqlColumns.ensureTable")(function* (
  dialect: SqlDialect,
  table: { readonly name: string; readonly columns: ReadonlyArray<Column>; readonly constraints: ReadonlyArray<string> },
  added: ReadonlyArray<Column>,
  operation: string
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const names = Effect.map(sql.unsafe<{ readonly name: string }>(dialect.columnsOf(table.name)), (rows) =>
    rows.map(({ name }) => name)
  )
  const add = ([name, type]: Column): Effect.Effect<unknown, SqlError> =>
    Effect.catchAll(
      sql.unsafe(`ALTER TABLE ${dialect.table(table.name)} ADD COLUMN ${dialect.quote(name)} ${type}`),
      (error) => Effect.flatMap(names, (now) => (now.includes(name) ? Effect.void : Effect.fail(error)))
    )
  const ensure = Effect.gen(function* () {
    yield* sql.unsafe(createTable(dialect, table.name, [...table.columns, ...added], table.constraints))
    const there = yield* names
    for (const column of added) if (!there.includes(column[0])) yield* add(column)
  })
  yield* SqlBatch.translated(dialect, operation, ensure)
})
