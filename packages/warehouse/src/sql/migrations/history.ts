import * as Effect from "effect/Effect"
import * as SqlBackfillCounts from "../SqlBackfillCounts.ts"
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
    },
    {
      id: 2,
      name: "keep_partitions",
      run: (dialect) => InternalTable.ensureAll(dialect, tables(dialect))
    },
    {
      id: 3,
      name: "count_partitions_of_backfills",
      run: (dialect) => Effect.zipRight(InternalTable.ensureAll(dialect, tables(dialect)), SqlBackfillCounts.fill(dialect))
    }
  ]
}

/** The tables as all migrations leave them. */
const tables = (dialect: SqlDialect): ReadonlyArray<InternalTable.InternalTable> => {
  const { bytes, double, integer, longText, text } = dialect.types
  const { column: number, type: numbering } = dialect.insertionOrder
  const numbers = numbering === undefined ? [] : [[number, numbering] as const]
  const json = `${longText} NOT NULL`
  const pipeline = ["pipeline", `${text(64)} NOT NULL`] as const
  const runId = ["run_id", `${text(64)} NOT NULL`] as const
  const asset = ["asset", `${text(255)} NOT NULL`] as const
  const position = ["position", `${integer} NOT NULL`] as const
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
        ...numbers,
        ["backfill", integer],
        ["cancel_requested", integer],
        ["partitions", integer],
        ["partitions_made", integer],
        ["partitions_failed", integer],
        ["partitions_skipped", integer]
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
      columns: [pipeline, runId, asset, ["action", `${text(16)} NOT NULL`], ["partitions", longText]],
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
    },
    // The packed standing of each asset's partitions; NULL if it was forgotten. `position` is the number of its events of partitions,
    // and `base_position` that of the events before `sluice_standing_bases`. Writers of the asset lock the row.
    {
      name: "sluice_standings",
      columns: [pipeline, asset, position, ["base_position", `${integer} NOT NULL`], ["standing", bytes]],
      key: ["pipeline", "asset"]
    },
    // The standing that events after `base_position` are applied to, because the events before were pruned or forgotten.
    {
      name: "sluice_standing_bases",
      columns: [pipeline, asset, ["standing", `${bytes} NOT NULL`]],
      key: ["pipeline", "asset"]
    },
    // The events of an asset's partitions in order, with the least and the greatest number of their windows, if they have any.
    {
      name: "sluice_partition_events",
      columns: [
        pipeline,
        asset,
        position,
        runId,
        ["seq", `${integer} NOT NULL`],
        ["first_window", integer],
        ["last_window", integer]
      ],
      key: ["pipeline", "asset", "position"]
    },
    // The keys of dynamic sets, escaped as in a partition's key.
    {
      name: "sluice_partition_keys",
      columns: [pipeline, ["set_name", `${text(255)} NOT NULL`], ["key_text", `${text(255)} NOT NULL`], ...numbers],
      key: ["pipeline", "set_name", "key_text"]
    }
  ]
}
