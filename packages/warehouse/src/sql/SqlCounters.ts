import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/**
 * The table of counters, by pipeline: the number of erasures, and one row for each mask table. The row of a mask table is
 * locked while ids are created.
 */
export const tableName = "sluice_sequences"

/** Creates a counter if it is missing, at 0 or at the result of `initial`. */
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

/** A counter's value; 0 if it is missing. With `lock`, no other transaction gets it with `lock` until this one ends. */
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

/** Sets a counter, in the transaction that has locked it. */
export const write = Effect.fn("SqlCounters.write")(function* (
  dialect: PipelineDialect,
  name: string,
  value: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { counters, its } = words(sql, dialect, name)
  yield* sql`UPDATE ${counters} SET ${sql("value")} = ${value} WHERE ${its}`
})

/** Removes the counters with a prefix. */
export const remove = Effect.fn("SqlCounters.remove")(function* (
  dialect: PipelineDialect,
  prefix: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { counters } = words(sql, dialect, prefix)
  yield* sql`DELETE FROM ${counters} WHERE pipeline = ${dialect.pipeline} AND name LIKE ${`${prefix}%`}`
})

/** Gives counters to another pipeline, inside a transaction. */
export const move = Effect.fn("SqlCounters.move")(function* (
  from: PipelineDialect,
  to: PipelineDialect,
  names: ReadonlyArray<string>
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  for (const name of names) {
    const [before, after] = [words(sql, from, name), words(sql, to, name)]
    const found = yield* sql`SELECT name FROM ${before.counters} WHERE ${before.its}`
    if (found.length === 0) continue
    yield* sql`DELETE FROM ${after.counters} WHERE ${after.its}`
    yield* sql`UPDATE ${before.counters} SET pipeline = ${to.pipeline} WHERE ${before.its}`
  }
})

const Counter = Schema.Struct({ value: SqlRows.Count })

const words = (sql: SqlClient, dialect: PipelineDialect, name: string) => ({
  counters: sql.literal(dialect.table(tableName)),
  its: sql`pipeline = ${dialect.pipeline} AND name = ${name}`
})
