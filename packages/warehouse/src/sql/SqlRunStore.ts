import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Statement } from "@effect/sql/Statement"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { byRun, lastStepOf, latestChecks, makes, materializationOf } from "@sluice/core/run/RunRecord"
import { RunStore, RunStoreFailed, unrecorded } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBackfillCounts from "./SqlBackfillCounts.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlPartitionEvents from "./SqlPartitionEvents.ts"
import * as SqlRows from "./SqlRows.ts"
import * as Tables from "./SqlRunTables.ts"
import * as SqlStandings from "./SqlStandings.ts"

/**
 * The run history on SQL, over existing tables: a row for each run, a row for each event as JSON under (run, sequence number),
 * and the newest events of each asset. Each append is one transaction that locks the run's row, so appends of one run are
 * serialized. Reads and writes only rows of one pipeline.
 */
export const make = Effect.fn("SqlRunStore.make")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<RunStore["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const { events, its, latest, materializations, now, ofRun, openSteps, partitionEvents, runs } = Tables.words(sql, dialect)
  const summaryColumns = sql.literal(Object.keys(Tables.RunRow.fields).join(", "))
  const number = sql.literal(dialect.quote(dialect.insertionOrder.column))
  const limited = (limit: number, offset?: number) =>
    sql.literal(`LIMIT ${atLeastZero(limit)}${offset === undefined ? "" : ` OFFSET ${atLeastZero(offset)}`}`)

  const read = <A>(effect: Effect.Effect<A, SqlError | WarehouseFailed | RunStoreFailed>) =>
    Effect.mapError(SqlBatch.translated(dialect, "read the run history", effect), (error) =>
      error._tag === "RunStoreFailed" ? error : failed("read")(error)
    )
  const write = <A>(effect: Effect.Effect<A, SqlError | WarehouseFailed | RunStoreFailed>) =>
    Effect.mapError(SqlBatch.transaction(sql, dialect, "write the run history", effect), (error) =>
      error._tag === "RunStoreFailed" ? error : failed("written")(error)
    )

  /** Decodes events of an asset. */
  const told = (rows: Statement<object>) =>
    Effect.flatMap(read(SqlRows.all(ToldRow, rows)), (all) =>
      Effect.forEach(all, (row) => Tables.event(row.event, `an event of ${row.asset}`))
    )
  const latestOf = (kind: "materialization" | "step" | "check") =>
    told(sql`SELECT asset, event FROM ${latest} WHERE ${its} AND kind = ${kind} ORDER BY asset, name`)

  const forget = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
    let removed = 0
    for (const batch of SqlBatch.valueBatches(dialect, ids)) {
      const some = sql`${its} AND ${sql.in("run_id", batch)}`
      const row = yield* SqlRows.first(CountRow, sql`SELECT COUNT(*) AS n FROM ${events} WHERE ${some}`)
      removed += row?.n ?? 0
      for (const table of [events, openSteps, materializations, partitionEvents, runs])
        yield* sql`DELETE FROM ${table} WHERE ${some}`
    }
    return removed
  })

  const eventsOf = (runId: string, page?: { readonly from: number; readonly limit: number }) =>
    SqlRows.all(
      EventRow,
      page === undefined
        ? sql`SELECT seq, event FROM ${events} WHERE ${ofRun(runId)} ORDER BY seq`
        : sql`SELECT seq, event FROM ${events} WHERE ${ofRun(runId)} AND seq >= ${atLeastZero(page.from)} ORDER BY seq ${limited(page.limit)}`
    )
  const openOf = (runId: string) =>
    SqlRows.all(
      Tables.OpenStepRow,
      sql`SELECT asset, action, partitions FROM ${openSteps} WHERE ${ofRun(runId)} ORDER BY asset`
    )
  const decodeOpen = (runId: string) => (rows: ReadonlyArray<typeof Tables.OpenStepRow.Type>) =>
    Effect.forEach(rows, (row) => Tables.openStep(row, `an open step of run ${runId}`))

  /** Whether a run has not concluded. Locks it for the transaction. */
  const isRunning = Effect.fnUntraced(function* (runId: string) {
    const locked = sql`SELECT status FROM ${runs} WHERE ${ofRun(runId)} ${sql.literal(dialect.forUpdate)}`
    return (yield* SqlRows.first(Schema.Struct({ status: Schema.String }), locked))?.status === "running"
  })

  /** Appends the events that are not stored yet, and returns them with their numbers. */
  const appendTo = Effect.fnUntraced(function* (runId: string, more: ReadonlyArray<RunEvent>, from: number | undefined) {
    yield* Tables.takeRun(sql, dialect, runId, more, from !== undefined)
    const next = yield* Tables.nextNumber(sql, dialect, runId)
    const there = from === undefined || from >= next ? [] : yield* eventsOf(runId, { from, limit: more.length })
    const fresh = yield* unrecorded(
      runId,
      more,
      there.map(({ event }) => event)
    )
    const first = Math.max(next, from ?? 0)
    yield* Tables.insertEvents(sql, dialect, runId, fresh, first)
    return fresh.map((event, index) => ({ event, seq: first + index }))
  })

  /** Updates what other tables keep of appended events. */
  const follow = Effect.fnUntraced(function* (appended: ReadonlyArray<SqlStandings.Numbered>) {
    const fresh = appended.map(({ event }) => event)
    yield* Tables.concludeRuns(sql, dialect, fresh)
    yield* Tables.updateAssets(sql, dialect, fresh)
    yield* SqlBackfillCounts.record(sql, dialect, fresh)
    yield* SqlStandings.record(sql, dialect, appended)
  })

  return RunStore.of({
    append: Effect.fn("SqlRunStore.append")(function* (all, from) {
      if (all.length === 0) return
      yield* write(
        Effect.gen(function* () {
          const appended: Array<SqlStandings.Numbered> = []
          for (const [runId, more] of byRun(all)) appended.push(...(yield* appendTo(runId, more, from)))
          yield* follow(appended)
        })
      )
    }),

    openSteps: Effect.fn("SqlRunStore.openSteps")((runId) => Effect.flatMap(read(openOf(runId)), decodeOpen(runId))),

    close: Effect.fn("SqlRunStore.close")(function* (runId, ending) {
      return yield* write(
        Effect.gen(function* () {
          if (!(yield* isRunning(runId))) return false
          const last = ending(yield* Effect.flatMap(openOf(runId), decodeOpen(runId)))
          const first = yield* Tables.nextNumber(sql, dialect, runId)
          yield* Tables.insertEvents(sql, dialect, runId, last, first)
          yield* follow(last.map((event, index) => ({ event, seq: first + index })))
          return true
        })
      )
    }),

    requestCancel: Effect.fn("SqlRunStore.requestCancel")(function* (runId) {
      return yield* write(
        Effect.gen(function* () {
          if (!(yield* isRunning(runId))) return false
          yield* sql`UPDATE ${runs} SET cancel_requested = 1 WHERE ${ofRun(runId)}`
          return true
        })
      )
    }),

    cancelRequested: Effect.fn("SqlRunStore.cancelRequested")(function* (runId) {
      const row = yield* read(SqlRows.first(CancelRow, sql`SELECT cancel_requested FROM ${runs} WHERE ${ofRun(runId)}`))
      return row?.cancel_requested === 1
    }),

    heartbeat: Effect.fn("SqlRunStore.heartbeat")(function* (runId) {
      yield* write(Tables.beat(sql, dialect, runId))
    }),

    events: Effect.fn("SqlRunStore.events")(function* (runId, page) {
      const rows = yield* read(eventsOf(runId, page))
      return yield* Effect.forEach(rows, ({ event, seq }) => Tables.event(event, `event ${seq} of run ${runId}`))
    }),

    runs: Effect.fn("SqlRunStore.runs")(function* (limit, { backfill } = {}) {
      const some = backfill === undefined ? its : sql`${its} AND COALESCE(backfill, 0) = ${backfill ? 1 : 0}`
      const rows = yield* read(
        SqlRows.all(
          Tables.RunRow,
          sql`SELECT ${summaryColumns} FROM ${runs} WHERE ${some} ORDER BY ${number} DESC ${limited(limit)}`
        )
      )
      return yield* Effect.forEach(rows, Tables.summary)
    }),

    unfinished: Effect.gen(function* () {
      const rows = yield* read(
        SqlRows.all(
          UnfinishedRow,
          sql`SELECT ${summaryColumns}, ${now} AS now_at FROM ${runs} WHERE ${its} AND status = 'running' ORDER BY ${number}`
        )
      )
      return yield* Effect.forEach(rows, Tables.unfinished)
    }).pipe(Effect.withSpan("SqlRunStore.unfinished")),

    latestMaterializingRun: Effect.gen(function* () {
      for (let offset = 0; ; offset += heads) {
        const rows = yield* read(
          SqlRows.all(
            Schema.Struct({ run_id: Schema.String, event: Schema.String }),
            sql`SELECT r.run_id, e.event FROM ${runs} r
              JOIN ${events} e ON e.pipeline = r.pipeline AND e.run_id = r.run_id AND e.seq = 0
              WHERE r.pipeline = ${dialect.pipeline} ORDER BY r.${number} DESC ${limited(heads, offset)}`
          )
        )
        for (const { event, run_id } of rows) {
          if (makes(yield* Tables.event(event, `event 0 of run ${run_id}`))) return run_id
        }
        if (rows.length < heads) return undefined
      }
    }).pipe(Effect.withSpan("SqlRunStore.latestMaterializingRun")),

    materializations: Effect.map(latestOf("materialization"), byAsset(materializationOf)).pipe(
      Effect.withSpan("SqlRunStore.materializations")
    ),

    lastSteps: Effect.map(latestOf("step"), byAsset(lastStepOf)).pipe(
      Effect.map((all) => new Map([...all].map(([asset, { at, runId, status }]) => [asset, { status, runId, at }]))),
      Effect.withSpan("SqlRunStore.lastSteps")
    ),

    history: Effect.fn("SqlRunStore.history")(function* (asset, limit) {
      const all = yield* told(
        sql`SELECT asset, event FROM ${materializations} WHERE ${its} AND asset = ${asset} ORDER BY ${number} DESC ${limited(limit)}`
      )
      return all.flatMap((event) => materializationOf(event) ?? [])
    }),

    checks: Effect.fn("SqlRunStore.checks")(function* (asset) {
      const all = yield* told(
        sql`SELECT asset, event FROM ${latest} WHERE ${its} AND kind = 'check' AND asset = ${asset} ORDER BY name`
      )
      return latestChecks(all.filter((event) => event._tag === "CheckEvaluated"))
    }),

    invalidate: Effect.fn("SqlRunStore.invalidate")(function* (assets) {
      if (assets.length === 0) return
      const made = sql`DELETE FROM ${latest} WHERE ${its} AND kind = 'materialization' AND ${sql.in("asset", assets)}`
      yield* write(Effect.zipRight(made, SqlStandings.forgetAll(sql, dialect, assets)))
    }),

    standings: Effect.withSpan(read(SqlStandings.all(sql, dialect)), "SqlRunStore.standings"),

    standing: Effect.fn("SqlRunStore.standing")(function* (asset) {
      return (yield* read(SqlStandings.all(sql, dialect, asset))).get(asset)
    }),

    forgetPartitions: Effect.fn("SqlRunStore.forgetPartitions")(function* (asset, partitions) {
      yield* write(SqlStandings.forget(sql, dialect, asset, partitions))
    }),

    rebuildStandings: Effect.fn("SqlRunStore.rebuildStandings")(function* (asset) {
      // Each in a transaction of its own, so that no run waits long to record its events.
      const assets = asset === undefined ? yield* read(SqlStandings.assets(sql, dialect)) : [asset]
      for (const each of assets) yield* write(SqlStandings.rebuild(sql, dialect, each))
    }),

    partitionsOf: Effect.fn("SqlRunStore.partitionsOf")(function* (asset, partitions, limit) {
      return yield* read(SqlPartitionEvents.recorded(sql, dialect, asset, partitions, atLeastZero(limit)))
    }),

    prune: Effect.fn("SqlRunStore.prune")(function* ({ before, keep }) {
      return yield* write(
        Effect.gen(function* () {
          const old = yield* SqlRows.all(
            Schema.Struct({ run_id: Schema.String, status: Schema.String, started_at: Schema.String }),
            sql`SELECT run_id, status, started_at FROM ${runs} WHERE ${its} ORDER BY ${number} DESC ${limited(1_000_000_000, keep)}`
          )
          const doomed = old.flatMap((run) => (run.status !== "running" && run.started_at < before ? [run.run_id] : []))
          const keepStandings = yield* SqlStandings.keepPruned(sql, dialect, doomed)
          const removed = yield* forget(doomed)
          yield* keepStandings
          return { runs: doomed.length, events: removed }
        })
      )
    })
  })
})

const CountRow = Schema.Struct({ n: SqlRows.Count })
const CancelRow = Schema.Struct({ cancel_requested: Schema.NullOr(SqlRows.Count) })
const EventRow = Schema.Struct({ seq: SqlRows.Count, event: Schema.String })
const ToldRow = Schema.Struct({ asset: Schema.String, event: Schema.String })
const UnfinishedRow = Schema.extend(Tables.RunRow, Schema.Struct({ now_at: Schema.String }))

const failed = (operation: "read" | "written") => (error: WarehouseFailed) =>
  new RunStoreFailed({ operation, reason: error.detail, retryable: error.retryable })

/** Runs that are read at a time to find the newest one that materialized something. */
const heads = 50

const atLeastZero = (count: number): number => Math.max(0, Math.trunc(count))

const byAsset =
  <A extends { readonly asset: string }>(read: (event: RunEvent) => A | undefined) =>
  (events: ReadonlyArray<RunEvent>): ReadonlyMap<string, A> =>
    new Map(
      events.flatMap((event) => {
        const value = read(event)
        return value === undefined ? [] : [[value.asset, value]]
      })
    )
