import { createHmac, randomBytes } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Fingerprints } from "../Fingerprints.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { columnList, createTable, type SqlDialect } from "./SqlDialect.ts"

/** The table of the store's own secrets. Analysts cannot read it. */
export const tableName = "sluice_secrets"

/**
 * Fingerprints by HMAC-SHA-256 (RFC 2104), with a key of 256 random bits that is made when it is first asked for and kept in
 * `sluice_secrets`. Of several processes that ask at once, one key wins. Whoever deletes it makes all data look new, once.
 */
export const make = Effect.fn("SqlFingerprints.make")(function* (
  dialect: SqlDialect
): Effect.fn.Return<Fingerprints["Type"], WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const table = dialect.table(tableName)
  const value = dialect.quote("value")
  const stored = Effect.map(
    sql.unsafe<{ readonly value: string }>(`SELECT ${value} AS ${value} FROM ${table} WHERE name = ?`, [keyName]),
    ([row]) => row?.value
  )
  const key = yield* SqlBatch.translated(
    dialect,
    "read the key of the store's fingerprints",
    Effect.gen(function* () {
      yield* sql.unsafe(ddl(dialect))
      const found = yield* stored
      if (found !== undefined) return found
      const made = yield* Effect.sync(() => randomBytes(32).toString("hex"))
      yield* sql.unsafe(`${dialect.insertIgnore} ${table} (${columnList(dialect, ["name", "value"])}) VALUES (?, ?)`, [
        keyName,
        made
      ])
      return yield* stored
    })
  )
  if (key === undefined) return yield* lost
  const secret = Buffer.from(key, "hex")
  return {
    start: () => {
      const hmac = createHmac("sha256", secret)
      return { add: (text) => void hmac.update(text, "utf8"), end: () => hmac.digest("base64url") }
    }
  }
})

const keyName = "fingerprint"

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

const lost = new WarehouseFailed({
  reason: "Conflict",
  operation: "read the key of the store's fingerprints",
  detail: `another process removed it from ${tableName}. Run it again.`
})
