import { randomBytes } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { columnList, createTable, type SqlDialect } from "./SqlDialect.ts"

/** The table of the store's own secrets. Analysts cannot read it. */
export const tableName = "sluice_secrets"

/** Creates the table if it is missing. */
export const ensureTable = Effect.fn("SqlSecrets.ensureTable")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  yield* SqlBatch.translated(dialect, "create the table of the store's keys", sql.unsafe(ddl(dialect)))
})

/** A key by its name; undefined where it was never made, or has been removed. */
export const find = Effect.fn("SqlSecrets.find")(function* (
  dialect: SqlDialect,
  name: string
): Effect.fn.Return<Uint8Array | undefined, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const value = dialect.quote("value")
  const [row] = yield* sql.unsafe<{ readonly value: string }>(
    `SELECT ${value} AS ${value} FROM ${dialect.table(tableName)} WHERE name = ?`,
    [name]
  )
  return row === undefined ? undefined : Buffer.from(row.value, "hex")
})

/**
 * A key of 256 random bits, made when it is first asked for. Of several processes that ask at once, one key wins. Not for the
 * inside of a transaction, which need not see what another one has just made.
 */
export const obtain = Effect.fn("SqlSecrets.obtain")(function* (
  dialect: SqlDialect,
  name: string,
  operation: string
): Effect.fn.Return<Uint8Array, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const key = yield* SqlBatch.translated(
    dialect,
    operation,
    Effect.gen(function* () {
      const found = yield* find(dialect, name)
      if (found !== undefined) return found
      const made = yield* Effect.sync(() => randomBytes(32).toString("hex"))
      const columns = columnList(dialect, ["name", "value"])
      yield* sql.unsafe(`${dialect.insertIgnore} ${dialect.table(tableName)} (${columns}) VALUES (?, ?)`, [name, made])
      return yield* find(dialect, name)
    })
  )
  if (key !== undefined) return key
  return yield* new WarehouseFailed({
    reason: "Conflict",
    operation,
    detail: `another process removed it from ${tableName}. Run it again.`
  })
})

const ddl = (dialect: SqlDialect): string =>
  createTable(
    dialect,
    tableName,
    [
      ["name", `${dialect.types.text(64)} NOT NULL`],
      ["value", `${dialect.types.text(64)} NOT NULL`]
    ],
    ["PRIMARY KEY (name)"]
  )
