import { createHash } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import type * as Mask from "@sluice/core/relation/Mask"
import { type Pii, reveal } from "@sluice/pii"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { PiiMasker } from "../PiiMasker.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { ErasureGate } from "./ErasureGate.ts"
import * as RandomIds from "./RandomIds.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import { createTable, type PipelineDialect, type SqlDialect, textOf } from "./SqlDialect.ts"
import * as SqlMaskCounts from "./SqlMaskCounts.ts"
import * as SqlMaskIds from "./SqlMaskIds.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlText from "./SqlText.ts"

/** Creates a mask table of this pipeline and its counter, if they are missing. */
export const ensureMaskTable = Effect.fn("SqlMaskStore.ensureMaskTable")(function* (
  dialect: PipelineDialect,
  table: Mask.Any
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const operation = `create ${table.name}`
  const create = Effect.gen(function* () {
    yield* SqlOwners.claim(dialect, [table.name], operation)
    yield* SqlText.define(maskTableDdl(dialect, table))
    yield* SqlCounters.ensure(dialect, table.name)
    yield* SqlMaskCounts.ensure(dialect, table.name)
  })
  yield* SqlBatch.translated(dialect, operation, create)
})

/**
 * Mask tables on SQL: `id`, the value, and `value_hash`, the unique SHA-256 of its exact UTF-8 bytes. Lookups use the hash.
 *
 * Ids are random, so they reveal nothing of values. To create ids, the masker locks the table's counter row, looks the missing
 * values up again, and inserts the rest, all in one transaction. So two callers never give a value two ids. If an id is in use,
 * the primary key refuses it and the masker draws again. The id of a deleted row is as likely as any other.
 *
 * Mask tables are created at their first use. Tables with sequential ids are refused.
 */
export const make = Effect.fn("SqlMaskStore.make")(function* (
  dialect: PipelineDialect,
  gate: ErasureGate
): Effect.fn.Return<PiiMasker["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const ready = new Set<string>()
  const ensure = (table: Mask.Any) =>
    ready.has(table.name)
      ? Effect.void
      : Effect.tap(Effect.provideService(ensureMaskTable(dialect, table), SqlClient, sql), () =>
          Effect.sync(() => ready.add(table.name))
        )
  /** Runs before the first id is read: an erasure frees the ids of values that nobody else has. */
  const begin = (table: Mask.Any) =>
    SqlBatch.over(sql, dialect)(
      `read ${table.name}`,
      Effect.zipRight(gate.beginStep, SqlMaskIds.assertRandom(dialect, table))
    )
  /** Looks values up by hash and moves the found ones from `missing` to `ids`. */
  const lookUp = Effect.fnUntraced(function* (table: Mask.Any, missing: Map<string, Hashed>, ids: Map<string, number>) {
    const hashes = [...missing.values()].map(({ hash }) => hash)
    for (const batch of SqlBatch.valueBatches(dialect, hashes)) {
      const found = yield* sql<{ readonly id: number | string; readonly value_hash: ArrayBuffer | Uint8Array }>`
        SELECT id, value_hash FROM ${sql.literal(dialect.table(table.name))} WHERE ${sql.in("value_hash", batch)}`
      for (const row of found) {
        const key = hexOf(row.value_hash)
        const hashed = missing.get(key)
        if (hashed !== undefined) ids.set(hashed.value, Number(row.id))
        missing.delete(key)
      }
    }
  })

  const create = Effect.fnUntraced(function* (
    table: Mask.Any,
    missing: Map<string, Hashed>,
    ids: Map<string, number>,
    runId: string
  ) {
    const counter = yield* SqlCounters.read(dialect, table.name, { lock: true })
    yield* gate.pass(runId, `give mask ids in ${table.name}`, { lock: false })
    yield* lookUp(table, missing, ids)
    if (missing.size === 0) return 0
    if (counter !== SqlMaskIds.random) {
      yield* SqlMaskIds.assertRandom(dialect, table)
      yield* SqlCounters.write(dialect, table.name, SqlMaskIds.random)
    }
    const rows = [...missing.values()]
    const drawn = RandomIds.different(yield* RandomIds.RandomIds, rows.length)
    yield* SqlBatch.insert(
      sql,
      dialect,
      { table: table.name },
      rows.map(({ value, hash }, index) => ({ id: drawn[index] ?? 0, [table.valueColumn]: value, value_hash: hash }))
    )
    yield* SqlMaskCounts.add(dialect, table.name, rows.length)
    rows.forEach(({ value }, index) => {
      ids.set(value, drawn[index] ?? 0)
    })
    return rows.length
  })

  return PiiMasker.of({
    ids: Effect.fn("SqlMaskStore.ids")(function* <K extends string>(
      table: Mask.Mask<string, K>,
      values: Dataset.Dataset<Pii<K> | null>
    ) {
      const operation = `give mask ids in ${table.name}`
      yield* ensure(table)
      yield* begin(table)
      const whole = Effect.provideService(SqlMaskCounts.assertWhole(dialect, table.name), SqlClient, sql)
      yield* SqlBatch.translated(dialect, operation, whole)
      const step = yield* StepContext
      const distinct = yield* Dataset.reduceChunks(values, new Set<string>(), (seen, rows) => {
        for (const value of rows) if (value !== null) seen.add(reveal(value))
        step.progress(rows.length)
        return seen
      })
      const missing = yield* hashed(distinct)
      const ids = new Map<string, number>()
      yield* SqlBatch.translated(dialect, operation, lookUp(table, missing, ids))
      // The lock is taken only to create ids, so runs with known values do not wait for each other.
      const created =
        missing.size === 0
          ? 0
          : yield* Effect.retry(
              Effect.suspend(() => {
                const attempt = { missing: new Map(missing), ids: new Map(ids) }
                const creating = Effect.provideService(
                  create(table, attempt.missing, attempt.ids, step.runId),
                  SqlClient,
                  sql
                )
                return SqlBatch.transaction(sql, dialect, operation, creating).pipe(
                  Effect.tap(() => {
                    for (const [value, id] of attempt.ids) ids.set(value, id)
                  })
                )
              }),
              again
            )
      step.metadata({ rows: yield* count(table, operation), new: created })
      return MaskMap.fromMap(table.kind, ids)
    }),

    load: Effect.fn("SqlMaskStore.load")(function* <K extends string>(table: Mask.Mask<string, K>) {
      yield* begin(table)
      const ids = new Map<string, number>()
      for (let after = 0, more = true; more; ) {
        const rows = yield* SqlBatch.translated(dialect, `read ${table.name}`, page(table, after))
        for (const row of rows) ids.set(textOf(row.value), Number(row.id))
        after = Number(rows.at(-1)?.id ?? after)
        more = rows.length === pageSize
      }
      return MaskMap.fromMap(table.kind, ids)
    })
  })

  function page(table: Mask.Any, after: number) {
    const [from, value] = [dialect.table(table.name), dialect.exactText(dialect.quote(table.valueColumn))].map(sql.literal)
    return sql<{ readonly id: number | string; readonly value: string | ArrayBuffer | Uint8Array }>`
      SELECT id, ${value} AS ${sql("value")} FROM ${from} WHERE id > ${after} ORDER BY id LIMIT ${sql.literal(String(pageSize))}`
  }

  function count(table: Mask.Any, operation: string) {
    const rows = sql<{ readonly n: number | string }>`SELECT COUNT(*) AS n FROM ${sql.literal(dialect.table(table.name))}`
    return Effect.map(SqlBatch.translated(dialect, operation, rows), ([row]) => Number(row?.n ?? 0))
  }
})

interface Hashed {
  readonly value: string
  readonly hash: Uint8Array
}

const pageSize = 5_000
const hashesPerTurn = 10_000

/** Retries after a conflict, and after a drawn id was in use. */
const again = {
  while: (error: WarehouseFailed) => error.reason === "Conflict" || error.reason === "RowRejected",
  schedule: Schedule.intersect(Schedule.jittered(Schedule.exponential("20 millis")), Schedule.recurs(6))
}

/** Values by the hex of their hash, sorted, so that concurrent writers traverse indexes in the same order. */
const hashed = Effect.fnUntraced(function* (values: ReadonlySet<string>) {
  const entries: Array<readonly [string, Hashed]> = []
  for (const value of values) {
    const hash = createHash("sha256").update(value, "utf8").digest()
    entries.push([hash.toString("hex"), { value, hash }])
    if (entries.length % hashesPerTurn === 0) yield* Effect.yieldNow()
  }
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
})

const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.from(new Uint8Array(bytes))).toString("hex")

/** The CREATE TABLE statement of a mask table. */
export const maskTableDdl = (dialect: SqlDialect, table: Mask.Any): string => {
  const { integer, longText, hash } = dialect.types
  return createTable(
    dialect,
    table.name,
    [
      ["id", `${integer} NOT NULL`],
      [table.valueColumn, `${longText} NOT NULL`],
      ["value_hash", `${hash} NOT NULL`]
    ],
    ["PRIMARY KEY (id)", `UNIQUE (value_hash)`]
  )
}
