import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type SqlDialect } from "./SqlDialect.ts"

/**
 * The table of counters: how often somebody was erased, and for each mask table how its ids were given, in a row that is the
 * lock of all who create ids there.
 */
export const tableName = "sluice_sequences"

/** Creates the table if it is missing. */
export const ensureTable = Effect.fn("SqlCounters.ensureTable")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { text, integer } = dialect.types
  const ddl = createTable(
    dialect,
    tableName,
    [
      ["name", `${text(64)} NOT NULL`],
      ["value", `${integer} NOT NULL`]
    ],
    ["PRIMARY KEY (name)"]
  )
  yield* SqlBatch.translated(dialect, "create the table of counters", sql.unsafe(ddl))
})

/** Begins a counter where there is none of that name: at 0, or at what `initial` counts. */
export const ensure = Effect.fn("SqlCounters.ensure")(function* (
  dialect: SqlDialect,
  name: string,
  initial: Effect.Effect<number, SqlError, SqlClient> = Effect.succeed(0)
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const counters = dialect.table(tableName)
  const found = yield* sql.unsafe(`SELECT name FROM ${counters} WHERE name = ?`, [name])
  if (found.length > 0) return
  yield* sql.unsafe(`${dialect.insertIgnore} ${counters} (name, ${dialect.quote("value")}) VALUES (?, ?)`, [
    name,
    yield* initial
  ])
})

/** A counter's value; with `lock`, until the transaction ends nobody else has it with `lock`. 0 where there is none. */
export const read = Effect.fn("SqlCounters.read")(function* (
  dialect: SqlDialect,
  name: string,
  options: { readonly lock: boolean }
): Effect.fn.Return<number, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const last = dialect.quote("last")
  const [row] = yield* sql.unsafe<{ readonly last: number | string }>(
    `SELECT ${dialect.quote("value")} AS ${last} FROM ${dialect.table(tableName)} WHERE name = ?${options.lock ? dialect.forUpdate : ""}`,
    [name]
  )
  return Number(row?.last ?? 0)
})

/** Moves a counter on, inside of the transaction that has it with `lock`. */
export const write = Effect.fn("SqlCounters.write")(function* (
  dialect: SqlDialect,
  name: string,
  value: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  yield* sql.unsafe(`UPDATE ${dialect.table(tableName)} SET ${dialect.quote("value")} = ? WHERE name = ?`, [value, name])
})
