import { createHmac } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Suppressed, Suppressions } from "../Suppressions.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as HalfSipHash from "./HalfSipHash.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import { createTable, type SqlDialect } from "./SqlDialect.ts"
import * as SqlSecrets from "./SqlSecrets.ts"

/** The table of keyed hashes of the ids of those who were erased. Analysts cannot read it. */
export const tableName = "sluice_suppressions"

/** The name of the key in the table of the store's secrets. */
export const keyName = "suppression"

/** The id's HMAC-SHA-256 (RFC 2104) over its exact UTF-8 bytes. */
export const hashOf = (key: Uint8Array, id: string): Uint8Array => createHmac("sha256", key).update(id, "utf8").digest()

/** Twenty bits of a quick keyed hash of the id: most ids have one that nobody suppressed has. */
export const tagOf = (key: Uint8Array): ((id: string) => number) => {
  const quick = HalfSipHash.make(createHmac("sha256", key).update("tag").digest())
  return (id) => quick(id) & (tags - 1)
}

const tags = 2 ** 20

/** Creates what is missing: the table, and its row among the counters, which counts erasures. */
export const ensureTables = Effect.fn("SqlSuppressions.ensureTables")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  yield* SqlSecrets.ensureTable(dialect)
  yield* SqlCounters.ensureTable(dialect)
  const sql = yield* SqlClient
  const { hash, integer, text } = dialect.types
  const ddl = createTable(
    dialect,
    tableName,
    [
      ["hash", `${hash} NOT NULL`],
      ["tag", `${integer} NOT NULL`],
      ["at", `${text(32)} NOT NULL`]
    ],
    [`PRIMARY KEY (${dialect.quote("hash")})`]
  )
  const create = Effect.zipRight(sql.unsafe(ddl), SqlCounters.ensure(dialect, ErasureGate.counter))
  yield* SqlBatch.translated(dialect, "create the table of those who were erased", create)
})

/** Who are suppressed, over tables that exist. `gate` is that of all writers of the store. */
export const make = Effect.fn("SqlSuppressions.make")(function* (
  dialect: SqlDialect,
  gate: ErasureGate.ErasureGate
): Effect.fn.Return<Suppressions["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const operation = "read who was erased"

  const load = Effect.gen(function* () {
    // The counter first: whoever is erased in between is left out too, and the run is refused for nothing.
    const epoch = yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: false })
    const rows = yield* sql.unsafe<Row>(
      `SELECT ${dialect.quote("hash")} AS ${dialect.quote("hash")}, tag FROM ${dialect.table(tableName)}`
    )
    if (rows.length === 0) return { epoch, has: undefined }
    const key = yield* SqlSecrets.find(dialect, keyName)
    return key === undefined
      ? yield* new WarehouseFailed({ reason: "Misconfigured", operation, detail: keyIsGone })
      : { epoch, has: predicate(key, rows) }
  }).pipe(Effect.provideService(SqlClient, sql))

  return {
    begin: Effect.fn("SqlSuppressions.begin")(function* (runId: string): Effect.fn.Return<Suppressed, WarehouseFailed> {
      const suppressed = yield* SqlBatch.translated(dialect, operation, load)
      gate.begin(runId, suppressed.epoch)
      return suppressed
    })
  }
})

const keyIsGone =
  "the key that their ids are hashed with is gone from sluice_secrets, so nobody can be recognized. Restore that table from a backup, or empty sluice_suppressions and erase them again."

interface Row {
  readonly hash: ArrayBuffer | Uint8Array
  readonly tag: number | string
}

/** Tells the suppressed from the others: by their tags, and by the hash, which takes microseconds, where that could be theirs. */
const predicate = (key: Uint8Array, rows: ReadonlyArray<Row>) => {
  const tagged = new Uint8Array(tags)
  for (const { tag } of rows) tagged[Number(tag)] = 1
  const hashes = new Set(rows.map(({ hash }) => hexOf(hash)))
  const quick = tagOf(key)
  return (id: string): boolean => tagged[quick(id)] === 1 && hashes.has(hexOf(hashOf(key, id)))
}

const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString("hex")
