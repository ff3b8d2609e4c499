import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
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
import * as SqlColumns from "./SqlColumns.ts"
import { columnList, type SqlDialect } from "./SqlDialect.ts"

/** The tables that the run history is kept in. */
export const tableNames = [
  "sluice_runs",
  "sluice_events",
  "sluice_open_steps",
  "sluice_materializations",
  "sluice_latest"
] as const

/** Whether all tables are there. */
export const isThere = Effect.fn("SqlRunTables.isThere")(function* (
  dialect: SqlDialect
): Effect.fn.Return<boolean, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const columns = Effect.forEach(tableNames, (name) => sql.unsafe(dialect.columnsOf(name)))
  return (yield* SqlBatch.translated(dialect, "find the run history", columns)).every((found) => found.length > 0)
})

/** Creates the tables that are missing, and the columns that an earlier version did not have. */
export const ensure = Effect.fn("SqlRunTables.ensure")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const { text, longText, integer, double } = dialect.types
  const { column: number, type: numbering } = dialect.insertionOrder
  const numbers = numbering === undefined ? [] : [[number, numbering] as const]
  const json = `${longText} NOT NULL`
  const runId = ["run_id", `${text(64)} NOT NULL`] as const
  const asset = ["asset", `${text(255)} NOT NULL`] as const
  const at = ["at", `${text(32)} NOT NULL`] as const
  const ensureTable = (
    name: (typeof tableNames)[number],
    columns: ReadonlyArray<SqlColumns.Column>,
    key: string,
    added: ReadonlyArray<SqlColumns.Column> = []
  ) => SqlColumns.ensureTable(dialect, { name, columns, constraints: [key] }, added, "create the tables of the run history")
  yield* Effect.all([
    // The first event, without its steps, tells what a list shows of a run; the rest changes while it runs.
    ensureTable(
      "sluice_runs",
      [
        runId,
        ["started_at", `${text(32)} NOT NULL`],
        ["started", json],
        ["status", `${text(16)} NOT NULL`],
        ["duration_millis", double],
        ["reason", longText],
        ["heartbeat_at", `${text(32)} NOT NULL`]
      ],
      "PRIMARY KEY (run_id)",
      numbers
    ),
    ensureTable("sluice_events", [runId, ["seq", `${integer} NOT NULL`], ["event", json]], "PRIMARY KEY (run_id, seq)"),
    // The steps of runs that have yet to end, so that nobody has to read a run's events for them.
    ensureTable("sluice_open_steps", [runId, asset, ["action", `${text(16)} NOT NULL`]], "PRIMARY KEY (run_id, asset)"),
    ensureTable("sluice_materializations", [asset, runId, at, ["event", json]], "PRIMARY KEY (asset, run_id)", numbers),
    // The newest event of each kind: an asset's materialization, its last step, and each of its checks by name. Never pruned.
    ensureTable(
      "sluice_latest",
      [["kind", `${text(16)} NOT NULL`], asset, ["name", `${text(255)} NOT NULL`], ["event", json]],
      `PRIMARY KEY (${columnList(dialect, ["kind", "asset", "name"])})`
    )
  ])
})

/**
 * Takes a run for the transaction: makes its row with its first event, or notes in it that its process lives. Other
 * transactions that take it wait, so that what is read of its events afterwards is true until the end. With `again`, a run
 * that is there already is no error.
 */
export const takeRun = Effect.fn("SqlRunTables.takeRun")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  runId: string,
  events: ReadonlyArray<RunEvent>,
  again: boolean
): Effect.fn.Return<void, SqlError> {
  const table = dialect.table("sluice_runs")
  const started = events.find((event) => event._tag === "RunStarted")
  if (started === undefined) return yield* beat(sql, dialect, runId)
  yield* sql.unsafe(
    `INSERT INTO ${table} (run_id, started_at, started, status, heartbeat_at) VALUES (?, ?, ?, 'running', ${dialect.now}) ${again ? dialect.upsert(["run_id"], ["run_id"]) : ""}`,
    [runId, started.at, JSON.stringify({ ...started, steps: [] })]
  )
})

/** Notes that a run's process lives, at the database's own time. */
export const beat = (sql: SqlClient, dialect: SqlDialect, runId: string): Effect.Effect<void, SqlError> =>
  Effect.asVoid(
    sql.unsafe(`UPDATE ${dialect.table("sluice_runs")} SET heartbeat_at = ${dialect.now} WHERE run_id = ?`, [runId])
  )

/** The number that a run's next event gets. */
export const nextNumber = Effect.fn("SqlRunTables.nextNumber")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  runId: string
): Effect.fn.Return<number, SqlError> {
  const next = dialect.quote("next")
  const [row] = yield* sql.unsafe<{ readonly next: number | string }>(
    `SELECT COALESCE(MAX(seq), -1) + 1 AS ${next} FROM ${dialect.table("sluice_events")} WHERE run_id = ?`,
    [runId]
  )
  return Number(row?.next ?? 0)
})

/** Events of one run under their numbers, and its open steps in step with them. */
export const insertEvents = Effect.fn("SqlRunTables.insertEvents")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  runId: string,
  events: ReadonlyArray<RunEvent>,
  first: number
): Effect.fn.Return<void, SqlError> {
  yield* SqlBatch.insert(
    sql,
    dialect,
    { head: `INSERT INTO ${dialect.table("sluice_events")} (run_id, seq, event)` },
    events.map((event, index) => [runId, first + index, JSON.stringify(event)])
  )
  const open = dialect.table("sluice_open_steps")
  const steps = events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))
  yield* SqlBatch.insert(
    sql,
    dialect,
    { head: `INSERT INTO ${open} (run_id, asset, action)` },
    steps.map(({ action, asset }) => [runId, asset, action])
  )
  const ended = events.flatMap((event) => endedBy(event) ?? [])
  for (const batch of SqlBatch.batches(
    dialect,
    ended.map((asset) => [asset])
  )) {
    yield* sql.unsafe(`DELETE FROM ${open} WHERE run_id = ? AND asset IN ${SqlBatch.placeholders(batch.length)}`, [
      runId,
      ...batch.flat()
    ])
  }
})

/** Notes how runs ended. */
export const concludeRuns = Effect.fn("SqlRunTables.concludeRuns")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  events: ReadonlyArray<RunEvent>
): Effect.fn.Return<void, SqlError> {
  for (const event of events) {
    if (event._tag !== "RunConcluded") continue
    yield* sql.unsafe(
      `UPDATE ${dialect.table("sluice_runs")} SET status = ?, duration_millis = ?, reason = ? WHERE run_id = ?`,
      [event.status, event.durationMillis, event.reason ?? null, event.runId]
    )
  }
})

/** Keeps what is known of assets, their history and the newest of each kind, in step with the events. */
export const updateAssets = Effect.fn("SqlRunTables.updateAssets")(function* (
  sql: SqlClient,
  dialect: SqlDialect,
  events: ReadonlyArray<RunEvent>
): Effect.fn.Return<void, SqlError> {
  const made = new Map<string, ReadonlyArray<string>>()
  const latest = new Map<string, ReadonlyArray<string>>()
  for (const event of events) {
    const json = JSON.stringify(event)
    const keep = (kind: string, asset: string, name: string) =>
      latest.set(JSON.stringify([kind, asset, name]), [kind, asset, name, json])
    const materialization = materializationOf(event)
    if (materialization !== undefined) {
      const { asset, at, runId } = materialization
      made.set(JSON.stringify([asset, runId]), [asset, runId, at, json])
      keep("materialization", asset, "")
    }
    const last = lastStepOf(event)
    if (last !== undefined) keep("step", last.asset, "")
    if (event._tag === "CheckEvaluated") keep("check", event.asset, event.check)
  }
  const columns = ["asset", "run_id", "at", "event"]
  yield* SqlBatch.insert(
    sql,
    dialect,
    {
      head: `INSERT INTO ${dialect.table("sluice_materializations")} (${columnList(dialect, columns)})`,
      tail: dialect.upsert(["asset", "run_id"], ["at", "event"])
    },
    inOrder(made)
  )
  yield* SqlBatch.insert(
    sql,
    dialect,
    {
      head: `INSERT INTO ${dialect.table("sluice_latest")} (${columnList(dialect, ["kind", "asset", "name", "event"])})`,
      tail: dialect.upsert(["kind", "asset", "name"], ["event"])
    },
    inOrder(latest)
  )
})

/** A row of `sluice_runs`. */
export interface RunRow {
  readonly run_id: string
  readonly started: string
  readonly status: string
  readonly duration_millis: number | null
  readonly reason: string | null
  readonly heartbeat_at: string
}

/** What a row tells of its run. */
export const summary = (row: RunRow): Effect.Effect<RunSummary, RunStoreFailed> =>
  Effect.map(
    Effect.all([
      decoded(decodeStarted(row.started), `run ${row.run_id}`),
      decoded(decodeStatus(row.status), `run ${row.run_id}`)
    ]),
    ([started, status]) => ({
      ...summaryOf(started),
      status,
      durationMillis: row.duration_millis === null ? undefined : Number(row.duration_millis),
      reason: row.reason ?? undefined,
      heartbeatAt: row.heartbeat_at
    })
  )

/** The same of a run that has not concluded; `now_at` is the database's time. */
export const unfinished = (row: RunRow & { readonly now_at: string }): Effect.Effect<UnfinishedRun, RunStoreFailed> =>
  Effect.map(summary(row), (run) => ({
    ...run,
    silentMillis: Date.parse(row.now_at) - Date.parse(run.heartbeatAt)
  }))

/** An event as it is stored; `what` names it where it cannot be read. */
export const event = (json: string, what: string): Effect.Effect<RunEvent, RunStoreFailed> =>
  decoded(decodeEvent(json), what)

/** A row of `sluice_open_steps`. */
export const openStep = (
  { action, asset }: { readonly asset: string; readonly action: string },
  what: string
): Effect.Effect<OpenStep, RunStoreFailed> =>
  Effect.map(decoded(decodeAction(action), what), (action) => ({ asset, action }))

const decodeAction = Schema.decodeUnknownEither(Action)
const decodeEvent = Schema.decodeUnknownEither(Schema.parseJson(RunEvent))
const decodeStarted = Schema.decodeUnknownEither(Schema.parseJson(RunStarted))
const decodeStatus = Schema.decodeUnknownEither(Schema.Literal("running", ...RunStatus.literals))

/** The decoder's own message would quote what it read. */
const decoded = <A>(result: Either.Either<A, unknown>, what: string): Effect.Effect<A, RunStoreFailed> =>
  Either.isRight(result)
    ? Effect.succeed(result.right)
    : new RunStoreFailed({
        operation: "read",
        reason: `${what} is not in the form that this version writes. It was edited, or written by another version: use that version, or delete the run's rows.`,
        retryable: false
      })

/** By key, so that two runs that write at once lock rows in the same order. */
const inOrder = (rows: ReadonlyMap<string, ReadonlyArray<string>>) =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
