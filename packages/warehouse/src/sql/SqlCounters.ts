import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/**
 * The table of counters: how often somebody was erased, and for each mask table how its ids were given, in a row that is the
 * lock of all who create ids there. Each pipeline has its own.
 */
export const tableName = "sluice_sequences"

/** Begins a counter where there is none of that name: at 0, or at what `initial` counts. */
export const ensure = Effect.fn("SqlCounters.ensure")(function* <E = never>(
  dialect: PipelineDialect,
  name: string,
  initial: Effect.Effect<number, E | SqlError, SqlClient> = Effect.succeed(0)
): Effect.fn.Return<void, E | SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { counters, its } = words(sql, dialect, name)
  const found = yield* sql`SELECT name FROM ${counters} WHERE ${its}`
  if (found.length > 0) return
  const row = { pipeline: dialect.pipeline, name, value: yield* initial }
  yield* sql`${sql.literal(dialect.insertIgnore)} ${counters} ${sql.insert(row)}`
})

/** A counter's value; with `lock`, until the transaction ends nobody else has it with `lock`. 0 where there is none. */
export const read = Effect.fn("SqlCounters.read")(function* (
  dialect: PipelineDialect,
  name: string,
  options: { readonly lock: boolean }
): Effect.fn.Return<number, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { counters, its } = words(sql, dialect, name)
  const lock = sql.literal(options.lock ? dialect.forUpdate : "")
  const row = yield* SqlRows.first(Counter, sql`SELECT ${sql("value")} FROM ${counters} WHERE ${its}${lock}`)
  return row?.value ?? 0
})

/** Moves a counter on, inside of the transaction that has it with `lock`. */
export const write = Effect.fn("SqlCounters.write")(function* (
  dialect: PipelineDialect,
  name: string,
  value: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { counters, its } = words(sql, dialect, name)
  yield* sql`UPDATE ${counters} SET ${sql("value")} = ${value} WHERE ${its}`
})

/** Removes the counters whose names begin so. */
export const remove = Effect.fn("SqlCounters.remove")(function* (
  dialect: PipelineDialect,
  prefix: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { counters } = words(sql, dialect, prefix)
  yield* sql`DELETE FROM ${counters} WHERE pipeline = ${dialect.pipeline} AND name LIKE ${`${prefix}%`}`
})

const Counter = Schema.Struct({ value: SqlRows.Count })

const words = (sql: SqlClient, dialect: PipelineDialect, name: string) => ({
  counters: sql.literal(dialect.table(tableName)),
  its: sql`pipeline = ${dialect.pipeline} AND name = ${name}`
})
