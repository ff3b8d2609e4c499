import { randomBytes } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as KeySeal from "./KeySeal.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/** The table of the store's own keys. Analysts cannot read it. */
export const tableName = "sluice_secrets"

/** The keys of a pipeline, by name. A secret outside of the store seals them, if there is one. */
export interface SqlSecrets {
  /** All keys. Fails with `Misconfigured` if a key cannot be opened with the configured secret, or is not sealed. */
  readonly all: Effect.Effect<ReadonlyMap<string, Uint8Array>, SqlError | WarehouseFailed, SqlClient>
  /**
   * A key of 256 random bits, created at its first use. If several processes create it at once, one key wins. Do not use it
   * within a transaction, which may not see another process' key.
   */
  readonly obtain: (name: string, operation: string) => Effect.Effect<Uint8Array, WarehouseFailed, SqlClient>
}

export const make = (dialect: PipelineDialect, outside: KeySeal.Outside): SqlSecrets => {
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
    const insert = write(dialect, name, KeySeal.seal(name, made, outside))
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

/** The stored values of all keys. */
export const stored = (
  dialect: PipelineDialect
): Effect.Effect<ReadonlyMap<string, string>, SqlError | WarehouseFailed, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const from = sql`${sql.literal(dialect.table(tableName))} WHERE pipeline = ${dialect.pipeline}`
    const rows = SqlRows.all(Key, sql`SELECT name, ${sql("value")} FROM ${from} ORDER BY name`)
    return Effect.map(rows, (found) => new Map(found.map(({ name, value }) => [name, value])))
  })

/** Stores a key, unless its name exists. */
export const write = (dialect: PipelineDialect, name: string, value: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const into = sql.literal(`${dialect.insertIgnore} ${dialect.table(tableName)}`)
    return Effect.asVoid(sql`${into} ${sql.insert({ pipeline: dialect.pipeline, name, value })}`)
  })

/** Stores a key in the place of one of that name, in the caller's transaction. */
export const replace = (dialect: PipelineDialect, name: string, value: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const table = sql.literal(dialect.table(tableName))
    const before = sql`DELETE FROM ${table} WHERE pipeline = ${dialect.pipeline} AND name = ${name}`
    return Effect.zipRight(before, write(dialect, name, value))
  })

/** Removes all keys in the caller's transaction. */
export const clear = (dialect: PipelineDialect): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.asVoid(sql`DELETE FROM ${sql.literal(dialect.table(tableName))} WHERE pipeline = ${dialect.pipeline}`)
  )

const Key = Schema.Struct({ name: Schema.String, value: Schema.String })
