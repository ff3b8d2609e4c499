import type { SqlDialect } from "../SqlDialect.ts"
import type { Migrations } from "../SqlMigrations.ts"
import * as InternalTable from "./InternalTable.ts"

/** The tables of the run history. */
export const history: Migrations = {
  recordedIn: "sluice_history_migrations",
  startsWith: "sluice_runs",
  all: [
    {
      id: 1,
      name: "keep_runs_by_pipeline",
      run: (dialect) => InternalTable.ensureAll(dialect, tables(dialect))
    }
  ]
}

const tables = (dialect: SqlDialect): ReadonlyArray<InternalTable.InternalTable> => {
  const { double, integer, longText, text } = dialect.types
  const { column: number, type: numbering } = dialect.insertionOrder
  const numbers = numbering === undefined ? [] : [[number, numbering] as const]
  const json = `${longText} NOT NULL`
  const pipeline = ["pipeline", `${text(64)} NOT NULL`] as const
  const runId = ["run_id", `${text(64)} NOT NULL`] as const
  const asset = ["asset", `${text(255)} NOT NULL`] as const
  return [
    // The first event, without its steps, has what a list shows of a run. The other columns change while it runs.
    {
      name: "sluice_runs",
      columns: [
        pipeline,
        runId,
        ["started_at", `${text(32)} NOT NULL`],
        ["started", json],
        ["status", `${text(16)} NOT NULL`],
        ["duration_millis", double],
        ["reason", longText],
        ["heartbeat_at", `${text(32)} NOT NULL`],
        ...numbers
      ],
      key: ["pipeline", "run_id"]
    },
    {
      name: "sluice_events",
      columns: [pipeline, runId, ["seq", `${integer} NOT NULL`], ["event", json]],
      key: ["pipeline", "run_id", "seq"]
    },
    // The unfinished steps of runs, so that readers need not fold events.
    {
      name: "sluice_open_steps",
      columns: [pipeline, runId, asset, ["action", `${text(16)} NOT NULL`]],
      key: ["pipeline", "run_id", "asset"]
    },
    {
      name: "sluice_materializations",
      columns: [pipeline, asset, runId, ["at", `${text(32)} NOT NULL`], ["event", json], ...numbers],
      key: ["pipeline", "asset", "run_id"]
    },
    // The newest event of each kind: an asset's materialization, its last step, and each of its checks by name. Never pruned.
    {
      name: "sluice_latest",
      columns: [pipeline, ["kind", `${text(16)} NOT NULL`], asset, ["name", `${text(255)} NOT NULL`], ["event", json]],
      key: ["pipeline", "kind", "asset", "name"]
    }
  ]
}
