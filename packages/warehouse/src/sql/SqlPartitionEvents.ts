import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Stored } from "@sluice/core/partition/Stored"
import {
  isAboutPartitions,
  type PartitionEvent,
  type PartitionRecord,
  recordsOf,
  windowsOf
} from "@sluice/core/run/PartitionRecord"
import { RunStoreFailed } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import * as Tables from "./SqlRunTables.ts"

/** An event about partitions, with its number in its run. */
export interface Numbered {
  readonly event: PartitionEvent
  readonly seq: number
}

type Failed = SqlError | WarehouseFailed | RunStoreFailed

/** Events of an asset's partitions: those after a position, up to `end`. */
export interface Span {
  readonly asset: string
  readonly after: number
  readonly end?: number | undefined
  /** Reads what other transactions have committed since this one began, and locks it. */
  readonly locking: boolean
}

/** Folds events in order. Keeps a page of them in memory. */
export const fold = Effect.fn("SqlPartitionEvents.fold")(function* <A>(
  sql: SqlClient,
  dialect: PipelineDialect,
  { after, asset, end = Number.MAX_SAFE_INTEGER, locking }: Span,
  initial: A,
  next: (before: A, event: PartitionEvent) => A
): Effect.fn.Return<A, Failed> {
  const lock = sql.literal(locking ? dialect.forUpdate : "")
  let folded = initial
  for (let from = after; ; ) {
    const some = sql`p.position > ${from} AND p.position <= ${end} ORDER BY p.position LIMIT ${sql.literal(String(page))}`
    const rows = yield* SqlRows.all(Row, sql`${selected(sql, dialect, asset)} AND ${some} ${lock}`)
    for (const row of rows) folded = next(folded, yield* decoded(row, asset))
    if (rows.length < page) return folded
    from = rows.at(-1)?.position ?? end
  }
})

/**
 * What was recorded of some partitions of an asset, newest first, at most `limit` records. It reads the events whose windows reach
 * from before the last of the partitions to after the first.
 */
export const recorded = Effect.fn("SqlPartitionEvents.recorded")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  asset: string,
  partitions: Stored,
  limit: number
): Effect.fn.Return<ReadonlyArray<PartitionRecord>, Failed> {
  const windows = windowsOf([partitions])
  const near = windows === undefined ? sql`` : sql` AND p.first_window <= ${windows[1]} AND p.last_window >= ${windows[0]}`
  const found: Array<PartitionRecord> = []
  let before = Number.MAX_SAFE_INTEGER
  while (found.length < limit) {
    const rows = yield* SqlRows.all(
      Row,
      sql`${selected(sql, dialect, asset)} AND p.position < ${before}${near} ORDER BY p.position DESC LIMIT ${sql.literal(String(page))}`
    )
    for (const row of rows) found.push(...recordsOf(yield* decoded(row, asset), partitions))
    if (rows.length < page) break
    before = rows.at(-1)?.position ?? 0
  }
  return found.slice(0, limit)
})

/** The position of the last event of some runs, by asset. */
export const lastOf = Effect.fn("SqlPartitionEvents.lastOf")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  runs: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, number>, Failed> {
  const { its, partitionEvents } = Tables.words(sql, dialect)
  const last = new Map<string, number>()
  for (const batch of SqlBatch.valueBatches(dialect, runs)) {
    const rows = yield* SqlRows.all(
      Last,
      sql`SELECT asset, MAX(position) AS ${sql("end")} FROM ${partitionEvents} WHERE ${its} AND ${sql.in("run_id", batch)} GROUP BY asset`
    )
    for (const { asset, end } of rows) last.set(asset, Math.max(end, last.get(asset) ?? 0))
  }
  return last
})

/** The failure of a history whose records of partitions were edited. */
export const damaged = (asset: string) =>
  new RunStoreFailed({
    operation: "read",
    reason: `the partitions of ${asset} are not recorded in the form that this version writes. The store was edited, or written by another version: use that version, or restore the store from a backup.`,
    retryable: false
  })

const Row = Schema.Struct({ position: SqlRows.Count, event: Schema.String })
const Last = Schema.Struct({ asset: Schema.String, end: SqlRows.Count })

/** Events that are read at a time. */
const page = 100

const selected = (sql: SqlClient, dialect: PipelineDialect, asset: string) => {
  const { events, partitionEvents } = Tables.words(sql, dialect)
  return sql`SELECT p.position, e.event FROM ${partitionEvents} p
    JOIN ${events} e ON e.pipeline = p.pipeline AND e.run_id = p.run_id AND e.seq = p.seq
    WHERE p.pipeline = ${dialect.pipeline} AND p.asset = ${asset}`
}

const decoded = (row: typeof Row.Type, asset: string): Effect.Effect<PartitionEvent, RunStoreFailed> =>
  Effect.flatMap(Tables.event(row.event, `an event of ${asset}`), (event) =>
    isAboutPartitions(event) ? Effect.succeed(event) : damaged(asset)
  )
