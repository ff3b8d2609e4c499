import { SqlClient } from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Parameter, SqlDialect } from "./SqlDialect.ts"

/** A row by column. All rows of a statement have the same columns. */
export type Row = Readonly<Record<string, Parameter>>

const maxRows = 500

/** The limits of one statement. */
export type Limits = Pick<SqlDialect, "maxParameters" | "maxBytes">

/** Splits rows, in order, into batches for one statement each: see `batches`. */
const rowBatches = (limits: Limits, rows: ReadonlyArray<Row>): ReadonlyArray<ReadonlyArray<Row>> =>
  batches(limits, rows, Object.values)

/**
 * Splits items, in order, into batches for one statement each: at most 500 items, and no more placeholders and bytes than the
 * dialect allows. An item that exceeds the limits alone is a batch of its own. `valuesOf` returns the bound values of an item.
 */
export const batches = <A>(
  { maxBytes, maxParameters }: Limits,
  all: ReadonlyArray<A>,
  valuesOf: (one: A) => ReadonlyArray<Parameter>
): ReadonlyArray<ReadonlyArray<A>> => {
  const cut: Array<ReadonlyArray<A>> = []
  let batch: Array<A> = []
  let parameters = 0
  let bytes = 0
  for (const one of all) {
    const values = valuesOf(one)
    const size = values.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    const full = batch.length === maxRows || parameters + values.length > maxParameters || bytes + size > maxBytes
    if (batch.length > 0 && full) {
      cut.push(batch)
      batch = []
      parameters = 0
      bytes = 0
    }
    batch.push(one)
    parameters += values.length
    bytes += size
  }
  if (batch.length > 0) cut.push(batch)
  return cut
}

/** Splits single values into batches, for lists in parentheses. */
export const valueBatches = <A extends Parameter>(
  limits: Limits,
  values: ReadonlyArray<A>
): ReadonlyArray<ReadonlyArray<A>> => batches(limits, values, (value) => [value])

/** Inserts rows by multi-row statements in the caller's transaction. `tail` follows the values. */
export const insert = Effect.fn("SqlBatch.insert")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  into: { readonly table: string; readonly tail?: string },
  rows: ReadonlyArray<Row>
): Effect.fn.Return<void, SqlError> {
  const [table, tail] = [sql.literal(dialect.table(into.table)), sql.literal(into.tail ?? "")]
  for (const batch of rowBatches(dialect, rows)) yield* sql`INSERT INTO ${table} ${sql.insert(batch)} ${tail}`
})

/**
 * Runs an effect in a transaction: all of its statements or none. Driver errors are translated by `dialect.translate`, also
 * those that the driver raises as defects when a connection is lost.
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

/** Runs effects over one client, and translates driver errors by `dialect.translate`. */
export const over =
  (sql: SqlClient, dialect: SqlDialect) =>
  <A, E>(operation: string, effect: Effect.Effect<A, E | SqlError, SqlClient>) =>
    translated(dialect, operation, Effect.provideService(effect, SqlClient, sql))

/** Translates driver errors by `dialect.translate`. */
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
