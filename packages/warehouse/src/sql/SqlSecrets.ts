import { randomBytes } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as KeySeal from "./KeySeal.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { columnList, createTable, type SqlDialect } from "./SqlDialect.ts"

/** The table of the store's own keys. Analysts cannot read it. */
export const tableName = "sluice_secrets"

/** The store's own keys, by name. With a secret that is kept outside of the store, they are sealed with it. */
export interface SqlSecrets {
  /** All keys. Fails with `Misconfigured` if one of them cannot be opened with the configured secret, or is not sealed. */
  readonly all: Effect.Effect<ReadonlyMap<string, Uint8Array>, SqlError | WarehouseFailed, SqlClient>
  /**
   * A key of 256 random bits, made when it is first asked for. Of several processes that ask at once, one key wins. Not for the
   * inside of a transaction, which need not see what another one has just made.
   */
  readonly obtain: (name: string, operation: string) => Effect.Effect<Uint8Array, WarehouseFailed, SqlClient>
}

/** Creates the table if it is missing. */
export const ensureTable = Effect.fn("SqlSecrets.ensureTable")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  yield* SqlBatch.translated(dialect, "create the table of the store's keys", sql.unsafe(ddl(dialect)))
})

export const make = (dialect: SqlDialect, outside: KeySeal.Outside): SqlSecrets => {
  const all = Effect.flatMap(stored(dialect), (rows) => {
    const keys = new Map<string, Uint8Array>()
    for (const [name, value] of rows) {
      const key = KeySeal.open(name, value, outside)
      if (typeof key === "string" || KeySeal.isSealed(value) !== (outside.secret !== undefined)) {
        const detail = typeof key === "string" ? key : KeySeal.isSealed(value) ? KeySeal.missing : KeySeal.notSealed
        return new WarehouseFailed({ reason: "Misconfigured", operation: "open the store's keys", detail })
      }
      keys.set(name, key)
    }
    return Effect.succeed(keys)
  })

  const obtain: SqlSecrets["obtain"] = Effect.fn("SqlSecrets.obtain")(function* (name, operation) {
    const found = (yield* SqlBatch.translated(dialect, operation, all)).get(name)
    if (found !== undefined) return found
    const made = yield* Effect.sync(() => randomBytes(32))
    const insert = write(dialect, dialect.insertIgnore, name, KeySeal.seal(name, made, outside))
    yield* SqlBatch.translated(dialect, operation, insert)
    const key = (yield* SqlBatch.translated(dialect, operation, all)).get(name)
    if (key !== undefined) return key
    return yield* new WarehouseFailed({
      reason: "Conflict",
      operation,
      detail: `another process removed it from ${tableName}. Run it again.`
    })
  })
  return { all, obtain }
}

/** The values of all keys as they are stored. */
export const stored = (dialect: SqlDialect): Effect.Effect<ReadonlyMap<string, string>, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const value = dialect.quote("value")
    const rows = sql.unsafe<{ readonly name: string; readonly value: string }>(
      `SELECT name, ${value} AS ${value} FROM ${dialect.table(tableName)} ORDER BY name`
    )
    return Effect.map(rows, (found) => new Map(found.map((row) => [row.name, row.value])))
  })

/** Stores a key; `insert` are the words before the table. */
export const write = (
  dialect: SqlDialect,
  insert: string,
  name: string,
  value: string
): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const columns = columnList(dialect, ["name", "value"])
    return Effect.asVoid(sql.unsafe(`${insert} ${dialect.table(tableName)} (${columns}) VALUES (?, ?)`, [name, value]))
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
