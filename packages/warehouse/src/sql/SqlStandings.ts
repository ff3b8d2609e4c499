import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Standing from "@sluice/core/partition/Standing"
import type { Stored } from "@sluice/core/partition/Stored"
import { isAboutPartitions, type PartitionEvent, slicesOf, windowsOf } from "@sluice/core/run/PartitionRecord"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { RunStoreFailed } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlPartitionEvents from "./SqlPartitionEvents.ts"
import * as SqlRows from "./SqlRows.ts"
import { words } from "./SqlRunTables.ts"

/** The standings of partitions on SQL. Every function but `all` and `assets` runs in the caller's transaction. */

/** An event with its number in its run. */
export interface Numbered {
  readonly event: RunEvent
  readonly seq: number
}

type Failed = SqlError | WarehouseFailed | RunStoreFailed

/**
 * Folds events into the standings of their assets, and indexes them. It locks the assets, in the order of their names, so that
 * processes that append for one asset follow each other. Runs no statement if no event is about partitions.
 */
export const record = Effect.fn("SqlStandings.record")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  events: ReadonlyArray<Numbered>
): Effect.fn.Return<void, Failed> {
  const byAsset = new Map<string, Array<SqlPartitionEvents.Numbered>>()
  for (const { event, seq } of events) {
    if (!isAboutPartitions(event)) continue
    const own = byAsset.get(event.asset)
    if (own === undefined) byAsset.set(event.asset, [{ event, seq }])
    else own.push({ event, seq })
  }
  if (byAsset.size === 0) return
  const { pipeline } = dialect
  const assets = [...byAsset.keys()].sort()
  const missing = { table: "sluice_standings", tail: dialect.upsert(["pipeline", "asset"], ["asset"]) }
  const nothing = { pipeline, position: 0, base_position: 0, standing: null }
  yield* SqlBatch.insert(
    sql,
    dialect,
    missing,
    assets.map((asset) => ({ ...nothing, asset }))
  )
  const standings: Array<SqlBatch.Row> = []
  const index: Array<SqlBatch.Row> = []
  for (const row of yield* lock(sql, dialect, assets)) {
    const own = byAsset.get(row.asset) ?? []
    const before = yield* standingOf(sql, dialect, row)
    const after = own.reduce<Standing.Standing | undefined>((standing, { event }) => next(standing, event), before)
    standings.push(rowOf(dialect, row, row.position + own.length, after))
    own.forEach((each, at) => {
      const [first, last] = windowsOf(slicesOf(each.event)) ?? [null, null]
      const { asset, runId } = each.event
      const position = row.position + at + 1
      index.push({ pipeline, asset, position, run_id: runId, seq: each.seq, first_window: first, last_window: last })
    })
  }
  yield* SqlBatch.insert(sql, dialect, { table: "sluice_partition_events" }, index)
  yield* write(sql, dialect, standings)
})

/** The standing of each asset that has one, or of one asset. */
export const all = Effect.fn("SqlStandings.all")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  asset?: string
): Effect.fn.Return<ReadonlyMap<string, Standing.Standing>, Failed> {
  const { its, standings } = words(sql, dialect)
  const only = asset === undefined ? sql`` : sql` AND asset = ${asset}`
  const found =
    yield* sql`SELECT ${columns(sql)} FROM ${standings} WHERE ${its}${only} AND standing IS NOT NULL ORDER BY asset`
  const read = new Map<string, Standing.Standing>()
  for (const row of found) {
    // A schema for each of thousands of rows would take a fifth of the time.
    const kept = Standing.decode(bytesIn(row))
    const standing = Either.isRight(kept) ? kept.right : yield* repaired(sql, dialect, row)
    if (standing !== undefined) read.set(String(row["asset"]), standing)
  }
  return read
})

/** Removes partitions from an asset's standing. */
export const forget = Effect.fn("SqlStandings.forget")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  asset: string,
  partitions: Stored
): Effect.fn.Return<void, Failed> {
  for (const row of yield* lock(sql, dialect, [asset])) {
    const before = yield* standingOf(sql, dialect, row)
    if (before === undefined) continue
    const after = Standing.forget(before, partitions)
    yield* write(sql, dialect, [rowOf(dialect, row, row.position, after)])
    yield* setBase(sql, dialect, asset, row.position, after)
  }
})

/** Removes the standings of assets. The events stay. */
export const forgetAll = Effect.fn("SqlStandings.forgetAll")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  assets: ReadonlyArray<string>
): Effect.fn.Return<void, SqlError> {
  const { bases, its, standings } = words(sql, dialect)
  for (const batch of SqlBatch.valueBatches(dialect, assets)) {
    const theirs = sql`${its} AND ${sql.in("asset", batch)}`
    yield* sql`UPDATE ${standings} SET standing = NULL, base_position = position WHERE ${theirs}`
    yield* sql`DELETE FROM ${bases} WHERE ${theirs}`
  }
})

/** The assets that have had partitions, by name. */
export const assets = (sql: SqlClient, dialect: PipelineDialect): Effect.Effect<ReadonlyArray<string>, Failed> => {
  const { its, standings } = words(sql, dialect)
  const names = SqlRows.all(Name, sql`SELECT asset FROM ${standings} WHERE ${its} ORDER BY asset`)
  return Effect.map(names, (rows) => rows.map(({ asset }) => asset))
}

/** Folds the standing of an asset again from the events. */
export const rebuild = Effect.fn("SqlStandings.rebuild")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  asset: string
): Effect.fn.Return<void, Failed> {
  for (const row of yield* lock(sql, dialect, [asset])) {
    // The transaction's snapshot begins here, after the lock.
    const standing = yield* folded(sql, dialect, row, { locking: false })
    yield* write(sql, dialect, [rowOf(dialect, row, row.position, standing)])
  }
})

/**
 * Prepares the removal of runs, whose events are still there: folds the events of each of their assets up to the last one of these
 * runs. Run the result after the removal. It locks the assets, which must come last, as appending does.
 */
export const keepPruned = Effect.fn("SqlStandings.keepPruned")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  runs: ReadonlyArray<string>
): Effect.fn.Return<Effect.Effect<void, Failed>, Failed> {
  const ends = yield* SqlPartitionEvents.lastOf(sql, dialect, runs)
  const assets = [...ends.keys()].sort()
  const bases: Array<readonly [Row, number, Standing.Standing | undefined]> = []
  for (const row of yield* select(sql, dialect, assets, "")) {
    const end = ends.get(row.asset) ?? 0
    if (end > row.base_position) bases.push([row, end, yield* folded(sql, dialect, row, { end, locking: false })])
  }
  return Effect.gen(function* () {
    const now = new Map((yield* lock(sql, dialect, assets)).map((row) => [row.asset, row.base_position]))
    for (const [{ asset, base_position }, end, standing] of bases) {
      // Somebody who forgot partitions meanwhile has made a later base.
      if (now.get(asset) === base_position) yield* setBase(sql, dialect, asset, end, standing)
    }
  })
})

const bytesIn = ({ standing }: Readonly<Record<string, unknown>>): Uint8Array =>
  standing instanceof Uint8Array ? standing : new Uint8Array(standing instanceof ArrayBuffer ? standing : new ArrayBuffer(0))

const repaired = (sql: SqlClient, dialect: PipelineDialect, row: unknown) =>
  Effect.flatMap(SqlRows.first(Row, Effect.succeed([row])), (one) =>
    one === undefined ? Effect.succeed(undefined) : folded(sql, dialect, one, { locking: false })
  )

const next = (standing: Standing.Standing | undefined, event: PartitionEvent): Standing.Standing | undefined =>
  event._tag === "PartitionsSkipped" ? standing : Standing.after(standing, event)

type Row = typeof Row.Type
const Row = Schema.Struct({
  asset: Schema.String,
  position: SqlRows.Count,
  base_position: SqlRows.Count,
  standing: Schema.NullOr(SqlRows.Bytes)
})
const Name = Schema.Struct({ asset: Schema.String })
const Base = Schema.Struct({ standing: SqlRows.Bytes })

const columns = (sql: SqlClient) => sql.literal("asset, position, base_position, standing")

const select = Effect.fnUntraced(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  assets: ReadonlyArray<string>,
  locking: string
) {
  const { its, standings } = words(sql, dialect)
  const found: Array<Row> = []
  for (const batch of SqlBatch.valueBatches(dialect, assets)) {
    const theirs = sql`${its} AND ${sql.in("asset", batch)} ORDER BY asset ${sql.literal(locking)}`
    found.push(...(yield* SqlRows.all(Row, sql`SELECT ${columns(sql)} FROM ${standings} WHERE ${theirs}`)))
  }
  return found
})

/** Locks the rows of assets until the transaction ends, in the order of their names. */
const lock = (sql: SqlClient, dialect: PipelineDialect, assets: ReadonlyArray<string>) =>
  select(sql, dialect, assets, dialect.forUpdate)

/** The standing in a locked row. A damaged one is folded again from the events. */
const standingOf = (
  sql: SqlClient,
  dialect: PipelineDialect,
  row: Row
): Effect.Effect<Standing.Standing | undefined, Failed> => {
  if (row.standing === null) return Effect.succeed(undefined)
  const standing = Standing.decode(row.standing)
  return Either.isRight(standing) ? Effect.succeed(standing.right) : folded(sql, dialect, row, { locking: true })
}

/** The standing by the events after the base, up to position `end`. */
const folded = Effect.fnUntraced(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  { asset, base_position }: Row,
  { end, locking }: Pick<SqlPartitionEvents.Span, "end" | "locking">
): Effect.fn.Return<Standing.Standing | undefined, Failed> {
  const { bases, its } = words(sql, dialect)
  const lock = sql.literal(locking ? dialect.forUpdate : "")
  const base = yield* SqlRows.first(Base, sql`SELECT standing FROM ${bases} WHERE ${its} AND asset = ${asset} ${lock}`)
  const decoded = base === undefined ? undefined : Standing.decode(base.standing)
  if (decoded !== undefined && Either.isLeft(decoded)) return yield* SqlPartitionEvents.damaged(asset)
  const span = { asset, after: base_position, end, locking }
  return yield* SqlPartitionEvents.fold(sql, dialect, span, decoded?.right, next)
})

const rowOf = (
  { pipeline }: PipelineDialect,
  { asset, base_position }: Row,
  position: number,
  standing: Standing.Standing | undefined
): SqlBatch.Row => ({
  pipeline,
  asset,
  position,
  base_position,
  standing: standing === undefined ? null : Standing.encode(standing)
})

const write = (sql: SqlClient, dialect: PipelineDialect, rows: ReadonlyArray<SqlBatch.Row>) =>
  SqlBatch.insert(
    sql,
    dialect,
    { table: "sluice_standings", tail: dialect.upsert(["pipeline", "asset"], ["position", "standing"]) },
    rows
  )

/** Sets the standing that events after a position are applied to. */
const setBase = Effect.fnUntraced(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  asset: string,
  position: number,
  standing: Standing.Standing | undefined
) {
  const { bases, its, standings } = words(sql, dialect)
  const { pipeline } = dialect
  yield* sql`UPDATE ${standings} SET base_position = ${position} WHERE ${its} AND asset = ${asset}`
  if (standing === undefined) yield* sql`DELETE FROM ${bases} WHERE ${its} AND asset = ${asset}`
  else {
    const into = { table: "sluice_standing_bases", tail: dialect.upsert(["pipeline", "asset"], ["standing"]) }
    yield* SqlBatch.insert(sql, dialect, into, [{ pipeline, asset, standing: Standing.encode(standing) }])
  }
})
