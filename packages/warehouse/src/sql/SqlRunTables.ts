import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Stored } from "@sluice/core/partition/Stored"
import { Action } from "@sluice/core/plan/Plan"
import { RunEvent, RunStarted, RunStatus } from "@sluice/core/run/RunEvent"
import {
  endedBy,
  lastStepOf,
  materializationOf,
  type OpenStep,
  type RunSummary,
  summaryOf,
  type UnfinishedRun
} from "@sluice/core/run/RunRecord"
import { RunStoreFailed } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/** The tables of the run history. */
export const tableNames = [
  "sluice_runs",
  "sluice_events",
  "sluice_open_steps",
  "sluice_materializations",
  "sluice_latest",
  "sluice_standings",
  "sluice_standing_bases",
  "sluice_partition_events"
] as const

/** The tables for templates, and the condition that selects the pipeline's rows of a table. */
export const words = (sql: SqlClient, dialect: PipelineDialect) => {
  const table = (name: (typeof tableNames)[number]) => sql.literal(dialect.table(name))
  return {
    runs: table("sluice_runs"),
    events: table("sluice_events"),
    openSteps: table("sluice_open_steps"),
    materializations: table("sluice_materializations"),
    latest: table("sluice_latest"),
    standings: table("sluice_standings"),
    bases: table("sluice_standing_bases"),
    partitionEvents: table("sluice_partition_events"),
    now: sql.literal(dialect.now),
    its: sql`pipeline = ${dialect.pipeline}`,
    /** The condition that selects the pipeline's rows of one run. */
    ofRun: (runId: string) => sql`pipeline = ${dialect.pipeline} AND run_id = ${runId}`
  }
}

/**
 * Locks a run for the transaction: inserts its row with its first event, or updates its heartbeat. Other transactions that lock
 * the run wait, so its events do not change until the end. With `again`, an existing row is no error.
 */
export const takeRun = Effect.fn("SqlRunTables.takeRun")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  runId: string,
  events: ReadonlyArray<RunEvent>,
  again: boolean
): Effect.fn.Return<void, SqlError> {
  const { now, runs } = words(sql, dialect)
  const started = events.find((event) => event._tag === "RunStarted")
  if (started === undefined) return yield* beat(sql, dialect, runId)
  const upsert = sql.literal(again ? dialect.upsert(["pipeline", "run_id"], ["run_id"]) : "")
  yield* sql`INSERT INTO ${runs} (pipeline, run_id, started_at, started, status, heartbeat_at, backfill)
    VALUES (${dialect.pipeline}, ${runId}, ${started.at}, ${JSON.stringify({ ...started, steps: [] })}, 'running', ${now}, ${started.backfill ? 1 : 0}) ${upsert}`
})

/** Records a run's heartbeat, at the database's time. */
export const beat = (sql: SqlClient, dialect: PipelineDialect, runId: string): Effect.Effect<void, SqlError> => {
  const { now, ofRun, runs } = words(sql, dialect)
  return Effect.asVoid(sql`UPDATE ${runs} SET heartbeat_at = ${now} WHERE ${ofRun(runId)}`)
}

/** The number of a run's next event. */
export const nextNumber = Effect.fn("SqlRunTables.nextNumber")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  runId: string
): Effect.fn.Return<number, SqlError | WarehouseFailed> {
  const { events, ofRun } = words(sql, dialect)
  const row = yield* SqlRows.first(
    Schema.Struct({ next: SqlRows.Count }),
    sql`SELECT COALESCE(MAX(seq), -1) + 1 AS ${sql("next")} FROM ${events} WHERE ${ofRun(runId)}`
  )
  return row?.next ?? 0
})

/** Inserts numbered events of one run, and updates its open steps. */
export const insertEvents = Effect.fn("SqlRunTables.insertEvents")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  runId: string,
  events: ReadonlyArray<RunEvent>,
  first: number
): Effect.fn.Return<void, SqlError> {
  const { pipeline } = dialect
  yield* SqlBatch.insert(
    sql,
    dialect,
    { table: "sluice_events" },
    events.map((event, index) => ({ pipeline, run_id: runId, seq: first + index, event: JSON.stringify(event) }))
  )
  const steps = events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))
  yield* SqlBatch.insert(
    sql,
    dialect,
    { table: "sluice_open_steps" },
    steps.map(({ action, asset, partitions }) => {
      return { pipeline, run_id: runId, asset, action, partitions: partitions ? JSON.stringify(partitions) : null }
    })
  )
  const ended = events.flatMap((event) => endedBy(event) ?? [])
  const { ofRun, openSteps } = words(sql, dialect)
  for (const batch of SqlBatch.valueBatches(dialect, ended)) {
    yield* sql`DELETE FROM ${openSteps} WHERE ${ofRun(runId)} AND ${sql.in("asset", batch)}`
  }
})

/** Records how runs ended. */
export const concludeRuns = Effect.fn("SqlRunTables.concludeRuns")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  events: ReadonlyArray<RunEvent>
): Effect.fn.Return<void, SqlError> {
  const { ofRun, runs } = words(sql, dialect)
  for (const event of events) {
    if (event._tag !== "RunConcluded") continue
    const { durationMillis, reason = null, status } = event
    yield* sql`UPDATE ${runs} SET status = ${status}, duration_millis = ${durationMillis}, reason = ${reason} WHERE ${ofRun(event.runId)}`
  }
})

/** Updates the assets' history and newest events. */
export const updateAssets = Effect.fn("SqlRunTables.updateAssets")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  events: ReadonlyArray<RunEvent>
): Effect.fn.Return<void, SqlError> {
  const { pipeline } = dialect
  const made = new Map<string, SqlBatch.Row>()
  const latest = new Map<string, SqlBatch.Row>()
  for (const event of events) {
    const json = JSON.stringify(event)
    const keep = (kind: string, asset: string, name: string) =>
      latest.set(JSON.stringify([kind, asset, name]), { pipeline, kind, asset, name, event: json })
    const materialization = materializationOf(event)
    if (materialization !== undefined) {
      const { asset, at, runId } = materialization
      made.set(JSON.stringify([asset, runId]), { pipeline, asset, run_id: runId, at, event: json })
      keep("materialization", asset, "")
    }
    const last = lastStepOf(event)
    if (last !== undefined) keep("step", last.asset, "")
    if (event._tag === "CheckEvaluated") keep("check", event.asset, event.check)
  }
  const inserted = (table: (typeof tableNames)[number], key: ReadonlyArray<string>, columns: ReadonlyArray<string>) => ({
    table,
    tail: dialect.upsert(["pipeline", ...key], columns)
  })
  yield* SqlBatch.insert(
    sql,
    dialect,
    inserted("sluice_materializations", ["asset", "run_id"], ["at", "event"]),
    inOrder(made)
  )
  yield* SqlBatch.insert(sql, dialect, inserted("sluice_latest", ["kind", "asset", "name"], ["event"]), inOrder(latest))
})

/** A row of `sluice_runs`. */
export const RunRow = Schema.Struct({
  run_id: Schema.String,
  started: Schema.String,
  status: Schema.String,
  duration_millis: Schema.NullOr(SqlRows.Count),
  reason: Schema.NullOr(Schema.String),
  heartbeat_at: Schema.String,
  // NULL for a run that is no backfill.
  partitions: Schema.NullOr(SqlRows.Count),
  partitions_made: Schema.NullOr(SqlRows.Count),
  partitions_failed: Schema.NullOr(SqlRows.Count),
  partitions_skipped: Schema.NullOr(SqlRows.Count)
})
export type RunRow = typeof RunRow.Type

/** A row of `sluice_open_steps`. */
export const OpenStepRow = Schema.Struct({
  asset: Schema.String,
  action: Schema.String,
  partitions: Schema.NullOr(Schema.String)
})

/** The summary of a run, from its row. */
export const summary = (row: RunRow): Effect.Effect<RunSummary, RunStoreFailed> =>
  Effect.map(
    Effect.all([
      decoded(decodeStarted(row.started), `run ${row.run_id}`),
      decoded(decodeStatus(row.status), `run ${row.run_id}`)
    ]),
    ([started, status]) => ({
      ...summaryOf(started),
      status,
      durationMillis: row.duration_millis ?? undefined,
      reason: row.reason ?? undefined,
      heartbeatAt: row.heartbeat_at,
      partitions:
        row.partitions === null
          ? undefined
          : {
              total: row.partitions,
              made: row.partitions_made ?? 0,
              failed: row.partitions_failed ?? 0,
              skipped: row.partitions_skipped ?? 0
            }
    })
  )

/** The summary of a run that has not concluded; `now_at` is the database's time. */
export const unfinished = (row: RunRow & { readonly now_at: string }): Effect.Effect<UnfinishedRun, RunStoreFailed> =>
  Effect.map(summary(row), (run) => ({
    ...run,
    silentMillis: Date.parse(row.now_at) - Date.parse(run.heartbeatAt)
  }))

/** Decodes a stored event; `what` names it in the error. */
export const event = (json: string, what: string): Effect.Effect<RunEvent, RunStoreFailed> =>
  decoded(decodeEvent(json), what)

/** Decodes a stored open step. */
export const openStep = (
  { action, asset, partitions }: typeof OpenStepRow.Type,
  what: string
): Effect.Effect<OpenStep, RunStoreFailed> =>
  Effect.gen(function* () {
    const step = { asset, action: yield* decoded(decodeAction(action), what) }
    return partitions === null ? step : { ...step, partitions: yield* decoded(decodeStored(partitions), what) }
  })

const decodeAction = Schema.decodeUnknownEither(Action)
const decodeStored = Schema.decodeUnknownEither(Schema.parseJson(Stored))
export const decodeEvent = Schema.decodeUnknownEither(Schema.parseJson(RunEvent))
const decodeStarted = Schema.decodeUnknownEither(Schema.parseJson(RunStarted))
const decodeStatus = Schema.decodeUnknownEither(Schema.Literal("running", ...RunStatus.literals))

/** The decoder's message would quote the data, so it is replaced. */
const decoded = <A>(result: Either.Either<A, unknown>, what: string): Effect.Effect<A, RunStoreFailed> =>
  Either.isRight(result)
    ? Effect.succeed(result.right)
    : new RunStoreFailed({
        operation: "read",
        reason: `${what} is not in the form that this version writes. It was edited, or written by another version: use that version, or delete the run's rows.`,
        retryable: false
      })

/** Sorts rows by key, so that two runs that write at once lock rows in the same order. */
const inOrder = (rows: ReadonlyMap<string, SqlBatch.Row>) =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
