import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Suppressed, Suppressions } from "../Suppressions.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import { createTable, type SqlDialect } from "./SqlDialect.ts"
import * as SqlSecrets from "./SqlSecrets.ts"
import * as SuppressionKeys from "./SuppressionKeys.ts"

/** The table of keyed hashes of the ids of those who were erased. Analysts cannot read it. */
export const tableName = "sluice_suppressions"

/** The counter of the rows of the table. They differ only if one of the two was restored alone. */
export const counter = "sluice_suppressed"

/** Creates what is missing: the table, and the counters of erasures and of its rows. */
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
  const create = Effect.all([
    sql.unsafe(ddl),
    SqlCounters.ensure(dialect, ErasureGate.counter),
    SqlCounters.ensure(
      dialect,
      counter,
      Effect.map(select(dialect), ({ length }) => length)
    )
  ])
  yield* SqlBatch.translated(dialect, "create the table of those who were erased", create)
})

/** Who are suppressed, over tables that exist. `gate` is that of all writers of the store. */
export const make = Effect.fn("SqlSuppressions.make")(function* (
  dialect: SqlDialect,
  gate: ErasureGate.ErasureGate,
  secrets: SqlSecrets.SqlSecrets
): Effect.fn.Return<Suppressions["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const operation = "read who was erased"

  const load = Effect.gen(function* () {
    // The counter first: whoever is erased in between is left out too, and the run is refused for nothing.
    const epoch = yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: false })
    const rows = yield* select(dialect)
    const counted = yield* SqlCounters.read(dialect, counter, { lock: false })
    // An erasure in between changes both, and the epoch before them.
    if (counted !== rows.length && epoch === (yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: false }))) {
      return yield* new WarehouseFailed({ reason: "Drift", operation, detail: otherTime(rows.length, counted) })
    }
    if (rows.length === 0) return { epoch, has: undefined }
    const keys = SuppressionKeys.from(yield* secrets.all)
    return keys === undefined
      ? yield* new WarehouseFailed({ reason: "Misconfigured", operation, detail: keyIsGone })
      : { epoch, has: predicate(keys, rows) }
  }).pipe(Effect.provideService(SqlClient, sql))

  return {
    begin: Effect.fn("SqlSuppressions.begin")(function* (runId: string): Effect.fn.Return<Suppressed, WarehouseFailed> {
      const suppressed = yield* SqlBatch.translated(dialect, operation, load)
      gate.begin(runId, suppressed.epoch)
      return suppressed
    })
  }
})

const otherTime = (found: number, counted: number): string =>
  `${tableName} has ${found} rows, and ${SqlCounters.tableName} counts ${counted}: one of them was restored alone. Restore all tables from one backup; or erase again whoever is missing, run "pnpm assets provision --restored", and run again.`

const keyIsGone =
  "the key that their ids are hashed with is gone from sluice_secrets, so nobody can be recognized. Restore that table from a backup, or empty sluice_suppressions and erase them again."

/** A suppressed id as it is stored. */
export interface Row {
  readonly hash: Uint8Array
  readonly tag: number
}

/** All of them. */
export const select = (dialect: SqlDialect): Effect.Effect<ReadonlyArray<Row>, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const hash = dialect.quote("hash")
    const rows = sql.unsafe<{ readonly hash: ArrayBuffer | Uint8Array; readonly tag: number | string }>(
      `SELECT ${hash} AS ${hash}, tag FROM ${dialect.table(tableName)}`
    )
    return Effect.map(rows, (found) => found.map(({ hash, tag }) => ({ hash: new Uint8Array(hash), tag: Number(tag) })))
  })

/** Tells the suppressed from the others: by their tags, and by the hash, which takes microseconds, where that could be theirs. */
const predicate = (keys: SuppressionKeys.SuppressionKeys, rows: ReadonlyArray<Row>) => {
  const tagged = new Uint8Array(SuppressionKeys.tags)
  for (const { hash, tag } of rows) tagged[keys.mask(tag, hash)] = 1
  const hashes = new Set(rows.map(({ hash }) => hexOf(hash)))
  return (id: string): boolean => tagged[keys.tag(id)] === 1 && hashes.has(hexOf(keys.hash(id)))
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
