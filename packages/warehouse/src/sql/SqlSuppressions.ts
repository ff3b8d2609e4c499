import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { StoreFailed } from "@sluice/core/source/StoreFailed"
import type { Suppressed, Suppressions } from "@sluice/core/source/Suppressions"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import type * as SqlSecrets from "./SqlSecrets.ts"
import * as SuppressionKeys from "./SuppressionKeys.ts"
import { asStoreFailed } from "./storeFailed.ts"

/** The table of the keyed hashes of erased people's ids. Analysts cannot read it. */
export const tableName = "sluice_suppressions"

/** The counter of the table's rows. Counter and table differ only if one of them was restored alone. */
export const counter = "sluice_suppressed"

/** Creates the counters of erasures and of the table's rows, if they are missing. */
export const ensureCounters = Effect.fn("SqlSuppressions.ensureCounters")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const counted = Effect.map(select(dialect), ({ length }) => length)
  const ensure = Effect.zipRight(
    SqlCounters.ensure(dialect, ErasureGate.counter),
    SqlCounters.ensure(dialect, counter, counted)
  )
  yield* SqlBatch.translated(dialect, "count those who were erased", ensure)
})

/** Suppressions over existing tables. All writers of the store share `gate`. */
export const make = Effect.fn("SqlSuppressions.make")(function* (
  dialect: PipelineDialect,
  gate: ErasureGate.ErasureGate,
  secrets: SqlSecrets.SqlSecrets
): Effect.fn.Return<Suppressions["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const operation = "read who was erased"

  const load = Effect.gen(function* () {
    // The counter is read first. A person erased between the two reads is left out too, and the run is refused needlessly.
    const epoch = yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: false })
    const rows = yield* select(dialect)
    const counted = yield* SqlCounters.read(dialect, counter, { lock: false })
    // An erasure between the two reads changes both numbers, and the epoch before them.
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
    begin: Effect.fn("SqlSuppressions.begin")(function* (runId: string): Effect.fn.Return<Suppressed, StoreFailed> {
      const suppressed = yield* asStoreFailed(SqlBatch.translated(dialect, operation, load))
      gate.begin(runId, suppressed.epoch)
      return suppressed
    })
  }
})

const otherTime = (found: number, counted: number): string =>
  `${tableName} has ${found} rows, and ${SqlCounters.tableName} counts ${counted}: one of them was restored alone. Restore all tables from one backup; or erase again whoever is missing, run \`sluice provision --restored\`, and run again.`

const keyIsGone =
  "the key that their ids are hashed with is gone from sluice_secrets, so nobody can be recognized. Restore that table from a backup, or empty sluice_suppressions and erase them again."

/** A stored suppression. */
const Row = Schema.Struct({ hash: SqlRows.Bytes, tag: SqlRows.Count })
export type Row = typeof Row.Type

/** All suppressions. */
export const select = (dialect: PipelineDialect): Effect.Effect<ReadonlyArray<Row>, SqlError | WarehouseFailed, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const { its, table } = words(sql, dialect)
    return SqlRows.all(Row, sql`SELECT ${sql("hash")}, tag FROM ${table} WHERE ${its}`)
  })

/** The time of a person's suppression; undefined if the person is not suppressed. */
export const since = (
  dialect: PipelineDialect,
  hash: Uint8Array
): Effect.Effect<string | undefined, SqlError | WarehouseFailed, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const { its, table } = words(sql, dialect)
    const found = SqlRows.first(
      Schema.Struct({ at: Schema.String }),
      sql`SELECT ${sql("at")} FROM ${table} WHERE ${its} AND ${sql("hash")} = ${hash}`
    )
    return Effect.map(found, (row) => row?.at)
  })

/** Adds a suppression in the caller's transaction. */
export const add = (dialect: PipelineDialect, row: Row & { readonly at: string }) =>
  Effect.flatMap(SqlClient, (sql) => {
    const { table } = words(sql, dialect)
    return sql`INSERT INTO ${table} ${sql.insert({ pipeline: dialect.pipeline, ...row })}`
  })

/** Adds the suppressions of another pipeline in the caller's transaction. Both pipelines must have the same keys. */
export const copy = (from: PipelineDialect, to: PipelineDialect) =>
  Effect.flatMap(SqlClient, (sql) => {
    const { its, table } = words(sql, from)
    const columns = sql`${sql("hash")}, tag, ${sql("at")}`
    const into = sql.literal(`${to.insertIgnore} ${to.table(tableName)}`)
    return sql`${into} (pipeline, ${columns}) SELECT ${to.pipeline}, ${columns} FROM ${table} WHERE ${its}`
  })

/** Removes a suppression in the caller's transaction. */
export const remove = (dialect: PipelineDialect, hash: Uint8Array) =>
  Effect.flatMap(SqlClient, (sql) => {
    const { its, table } = words(sql, dialect)
    return sql`DELETE FROM ${table} WHERE ${its} AND ${sql("hash")} = ${hash}`
  })

/** Replaces a suppression in the caller's transaction. */
export const replace = (dialect: PipelineDialect, row: Row, by: Row) =>
  Effect.flatMap(SqlClient, (sql) => {
    const { its, table } = words(sql, dialect)
    return sql`UPDATE ${table} SET ${sql("hash")} = ${by.hash}, tag = ${by.tag} WHERE ${its} AND ${sql("hash")} = ${row.hash}`
  })

const words = (sql: SqlClient, dialect: PipelineDialect) => ({
  table: sql.literal(dialect.table(tableName)),
  its: sql`pipeline = ${dialect.pipeline}`
})

/** Whether an id is suppressed. Tags are compared first; the hash, which takes microseconds, only if a tag matches. */
const predicate = (keys: SuppressionKeys.SuppressionKeys, rows: ReadonlyArray<Row>) => {
  const tagged = new Uint8Array(SuppressionKeys.tags)
  for (const { hash, tag } of rows) tagged[keys.mask(tag, hash)] = 1
  const hashes = new Set(rows.map(({ hash }) => hexOf(hash)))
  return (id: string): boolean => tagged[keys.tag(id)] === 1 && hashes.has(hexOf(keys.hash(id)))
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
