import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { byRun, lastStepOf, latestChecks, makes, materializationOf } from "@sluice/core/run/RunRecord"
import { RunStore, RunStoreFailed, unrecorded } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { SqlDialect } from "./SqlDialect.ts"
import * as Tables from "./SqlRunTables.ts"

export { tableNames } from "./SqlRunTables.ts"

/**
 * The run history on SQL: a row per run, a row per event as JSON under (run, sequence number), and the newest events of each
 * asset. An append is one transaction, and one that takes the row of its run: those of one run come one after the other.
 */
export const layer = (dialect: SqlDialect): Layer.Layer<RunStore, WarehouseFailed, SqlClient> =>
  Layer.effect(RunStore, Effect.zipRight(Tables.ensure(dialect), make(dialect)))

export { ensure as ensureTables, isThere } from "./SqlRunTables.ts"

/** The store over tables that exist. */
export const make = Effect.fn("SqlRunStore.make")(function* (
  dialect: SqlDialect
): Effect.fn.Return<RunStore["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const runs = dialect.table("sluice_runs")
  const events = dialect.table("sluice_events")
  const materializations = dialect.table("sluice_materializations")
  const openSteps = dialect.table("sluice_open_steps")
  const latest = dialect.table("sluice_latest")
  const summaryColumns = "run_id, started, status, duration_millis, reason, heartbeat_at"
  const number = dialect.quote(dialect.insertionOrder.column)

  const read = <A>(effect: Effect.Effect<A, SqlError>) =>
    Effect.mapError(SqlBatch.translated(dialect, "read the run history", effect), failed("read"))
  const write = <A>(effect: Effect.Effect<A, SqlError | RunStoreFailed>) =>
    Effect.mapError(SqlBatch.transaction(sql, dialect, "write the run history", effect), (error) =>
      error._tag === "RunStoreFailed" ? error : failed("written")(error)
    )

  /** Events that tell of an asset. */
  const told = (from: string, rest: string, parameters: ReadonlyArray<string>) =>
    Effect.flatMap(
      read(
        sql.unsafe<{ readonly asset: string; readonly event: string }>(
          `SELECT asset, event FROM ${from} WHERE ${rest}`,
          parameters
        )
      ),
      (rows) => Effect.forEach(rows, (row) => Tables.event(row.event, `an event of ${row.asset}`))
    )
  const latestOf = (kind: "materialization" | "step" | "check") =>
    told(latest, `${dialect.quote("kind")} = ? ORDER BY asset, ${dialect.quote("name")}`, [kind])

  const forget = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
    let removed = 0
    for (const batch of SqlBatch.batches(
      dialect,
      ids.map((id) => [id])
    )) {
      const some = `run_id IN ${SqlBatch.placeholders(batch.length)}`
      const [row] = yield* sql.unsafe<{ readonly n: number | string }>(
        `SELECT COUNT(*) AS n FROM ${events} WHERE ${some}`,
        batch.flat()
      )
      removed += Number(row?.n ?? 0)
      for (const table of [events, openSteps, materializations, runs])
        yield* sql.unsafe(`DELETE FROM ${table} WHERE ${some}`, batch.flat())
    }
    return removed
  })

  const eventsOf = (runId: string, page?: { readonly from: number; readonly limit: number }) => {
    const part = page === undefined ? "" : `AND seq >= ${atLeastZero(page.from)} `
    const limit = page === undefined ? "" : ` LIMIT ${atLeastZero(page.limit)}`
    return sql.unsafe<{ readonly seq: number | string; readonly event: string }>(
      `SELECT seq, event FROM ${events} WHERE run_id = ? ${part}ORDER BY seq${limit}`,
      [runId]
    )
  }
  const openOf = (runId: string) =>
    sql.unsafe<{ readonly asset: string; readonly action: string }>(
      `SELECT asset, action FROM ${openSteps} WHERE run_id = ? ORDER BY asset`,
      [runId]
    )
  const decodeOpen = (runId: string) => (rows: ReadonlyArray<{ readonly asset: string; readonly action: string }>) =>
    Effect.forEach(rows, (row) => Tables.openStep(row, `an open step of run ${runId}`))

  /** Answers those that were not there already. */
  const appendTo = Effect.fnUntraced(function* (runId: string, more: ReadonlyArray<RunEvent>, from: number | undefined) {
    yield* Tables.takeRun(sql, dialect, runId, more, from !== undefined)
    const next = yield* Tables.nextNumber(sql, dialect, runId)
    const there = from === undefined || from >= next ? [] : yield* eventsOf(runId, { from, limit: more.length })
    const fresh = yield* unrecorded(
      runId,
      more,
      there.map(({ event }) => event)
    )
    yield* Tables.insertEvents(sql, dialect, runId, fresh, Math.max(next, from ?? 0))
    return fresh
  })

  return RunStore.of({
    append: Effect.fn("SqlRunStore.append")(function* (all, from) {
      if (all.length === 0) return
      yield* write(
        Effect.gen(function* () {
          const fresh: Array<RunEvent> = []
          for (const [runId, more] of byRun(all)) fresh.push(...(yield* appendTo(runId, more, from)))
          yield* Tables.concludeRuns(sql, dialect, fresh)
          yield* Tables.updateAssets(sql, dialect, fresh)
        })
      )
    }),

    openSteps: Effect.fn("SqlRunStore.openSteps")((runId) => Effect.flatMap(read(openOf(runId)), decodeOpen(runId))),

    close: Effect.fn("SqlRunStore.close")(function* (runId, ending) {
      return yield* write(
        Effect.gen(function* () {
          const [run] = yield* sql.unsafe<{ readonly status: string }>(
            `SELECT status FROM ${runs} WHERE run_id = ? ${dialect.forUpdate}`,
            [runId]
          )
          if (run?.status !== "running") return false
          const last = ending(yield* Effect.flatMap(openOf(runId), decodeOpen(runId)))
          yield* Tables.insertEvents(sql, dialect, runId, last, yield* Tables.nextNumber(sql, dialect, runId))
          yield* Tables.concludeRuns(sql, dialect, last)
          yield* Tables.updateAssets(sql, dialect, last)
          return true
        })
      )
    }),

    heartbeat: Effect.fn("SqlRunStore.heartbeat")(function* (runId) {
      yield* write(Tables.beat(sql, dialect, runId))
    }),

    events: Effect.fn("SqlRunStore.events")(function* (runId, page) {
      const rows = yield* read(eventsOf(runId, page))
      return yield* Effect.forEach(rows, ({ event, seq }) => Tables.event(event, `event ${seq} of run ${runId}`))
    }),

    runs: Effect.fn("SqlRunStore.runs")(function* (limit) {
      const rows = yield* read(
        sql.unsafe<Tables.RunRow>(
          `SELECT ${summaryColumns} FROM ${runs} ORDER BY ${number} DESC LIMIT ${atLeastZero(limit)}`
        )
      )
      return yield* Effect.forEach(rows, Tables.summary)
    }),

    unfinished: Effect.gen(function* () {
      const rows = yield* read(
        sql.unsafe<Tables.RunRow & { readonly now_at: string }>(
          `SELECT ${summaryColumns}, ${dialect.now} AS now_at FROM ${runs} WHERE status = 'running' ORDER BY ${number}`
        )
      )
      return yield* Effect.forEach(rows, Tables.unfinished)
    }).pipe(Effect.withSpan("SqlRunStore.unfinished")),

    lastThatMade: Effect.gen(function* () {
      for (let offset = 0; ; offset += heads) {
        const rows = yield* read(
          sql.unsafe<{ readonly run_id: string; readonly event: string }>(
            `SELECT r.run_id, e.event FROM ${runs} r JOIN ${events} e ON e.run_id = r.run_id AND e.seq = 0
             ORDER BY r.${number} DESC LIMIT ${heads} OFFSET ${offset}`
          )
        )
        for (const { event, run_id } of rows) {
          if (makes(yield* Tables.event(event, `event 0 of run ${run_id}`))) return run_id
        }
        if (rows.length < heads) return undefined
      }
    }).pipe(Effect.withSpan("SqlRunStore.lastThatMade")),

    materializations: Effect.map(latestOf("materialization"), byAsset(materializationOf)).pipe(
      Effect.withSpan("SqlRunStore.materializations")
    ),

    lastSteps: Effect.map(latestOf("step"), byAsset(lastStepOf)).pipe(
      Effect.map((all) => new Map([...all].map(([asset, { at, runId, status }]) => [asset, { status, runId, at }]))),
      Effect.withSpan("SqlRunStore.lastSteps")
    ),

    history: Effect.fn("SqlRunStore.history")(function* (asset, limit) {
      const newestFirst = `ORDER BY ${number} DESC LIMIT ${atLeastZero(limit)}`
      const all = yield* told(materializations, `asset = ? ${newestFirst}`, [asset])
      return all.flatMap((event) => materializationOf(event) ?? [])
    }),

    checks: Effect.fn("SqlRunStore.checks")(function* (asset) {
      const all = yield* told(latest, `${dialect.quote("kind")} = 'check' AND asset = ? ORDER BY ${dialect.quote("name")}`, [
        asset
      ])
      return latestChecks(all.filter((event) => event._tag === "CheckEvaluated"))
    }),

    invalidate: Effect.fn("SqlRunStore.invalidate")(function* (assets) {
      if (assets.length === 0) return
      const some = `asset IN ${SqlBatch.placeholders(assets.length)}`
      yield* write(
        sql.unsafe(`DELETE FROM ${latest} WHERE ${dialect.quote("kind")} = ? AND ${some}`, ["materialization", ...assets])
      )
    }),

    prune: Effect.fn("SqlRunStore.prune")(function* ({ before, keep }) {
      return yield* write(
        Effect.gen(function* () {
          const old = yield* sql.unsafe<{ readonly run_id: string; readonly status: string; readonly started_at: string }>(
            `SELECT run_id, status, started_at FROM ${runs} ORDER BY ${number} DESC LIMIT 1000000000 OFFSET ${atLeastZero(keep)}`
          )
          const doomed = old.flatMap((run) => (run.status !== "running" && run.started_at < before ? [run.run_id] : []))
          return { runs: doomed.length, events: yield* forget(doomed) }
        })
      )
    })
  })
})

const failed = (operation: "read" | "written") => (error: WarehouseFailed) =>
  new RunStoreFailed({ operation, reason: error.detail, retryable: error.retryable })

/** How many runs are looked at in one go for the newest that made something. */
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
