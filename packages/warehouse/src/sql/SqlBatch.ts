import type { SqlClient } from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Parameter, SqlDialect } from "./SqlDialect.ts"

/** Rows of values, in the order of the statement's columns. */
export type Rows = ReadonlyArray<ReadonlyArray<Parameter>>

const maxRows = 500

/**
 * Cuts rows into batches, in order, that one statement can take: at most 500 rows, and no more placeholders and bytes than
 * the dialect allows, except that a row longer than that is a batch by itself.
 */
export const batches = (dialect: Pick<SqlDialect, "maxParameters" | "maxBytes">, rows: Rows): ReadonlyArray<Rows> => {
  const all: Array<Rows> = []
  let batch: Array<ReadonlyArray<Parameter>> = []
  let parameters = 0
  let bytes = 0
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    const full =
      batch.length === maxRows || parameters + row.length > dialect.maxParameters || bytes + size > dialect.maxBytes
    if (batch.length > 0 && full) {
      all.push(batch)
      batch = []
      parameters = 0
      bytes = 0
    }
    batch.push(row)
    parameters += row.length
    bytes += size
  }
  if (batch.length > 0) all.push(batch)
  return all
}

/** Inserts rows by multi-row statements, `head VALUES (…), (…) tail`. Runs in the caller's transaction. */
export const insert = Effect.fn("SqlBatch.insert")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  statement: { readonly head: string; readonly tail?: string },
  rows: Rows
): Effect.fn.Return<void, SqlError> {
  for (const batch of batches(dialect, rows)) {
    const values = batch.map((row) => placeholders(row.length)).join(", ")
    yield* sql.unsafe(`${statement.head} VALUES ${values} ${statement.tail ?? ""}`.trimEnd(), batch.flat())
  }
})

/** `(?, ?, ?)` */
export const placeholders = (count: number): string => `(${new Array(count).fill("?").join(", ")})`

/**
 * Runs an effect in a transaction: all of its statements or none. Errors of the driver, those that it raises as defects when
 * a connection is lost included, are told as `dialect.translate` has them.
 */
export const transaction = <A, E, R>(
  sql: SqlClient,
  dialect: SqlDialect,
  operation: string,
  effect: Effect.Effect<A, E | SqlError, R>
): Effect.Effect<A, Exclude<E, SqlError> | WarehouseFailed, R> =>
  translated(
    dialect,
    operation,
    Effect.catchAllDefect(sql.withTransaction(effect), (defect) =>
      defect instanceof SqlError ? Effect.fail(defect) : Effect.die(defect)
    )
  )

/** Tells the driver's errors as `dialect.translate` has them. */
export const translated = <A, E, R>(
  dialect: SqlDialect,
  operation: string,
  effect: Effect.Effect<A, E | SqlError, R>
): Effect.Effect<A, Exclude<E, SqlError> | WarehouseFailed, R> =>
  Effect.catchIf(
    effect,
    (error) => error instanceof SqlError,
    (error) => Effect.fail(dialect.translate(operation, error))
  )

// UTF-8 takes at most three bytes for each UTF-16 unit.
const sizeOf = (value: Parameter): number =>
  typeof value === "string" ? value.length * 3 : value instanceof Uint8Array ? value.length : 8
