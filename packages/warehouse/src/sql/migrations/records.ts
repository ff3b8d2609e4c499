import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { SqlDialect } from "../SqlDialect.ts"
import type { Migrations } from "../SqlMigrations.ts"
import * as InternalTable from "./InternalTable.ts"

/** The internal tables besides the run history: keys, counters, erasures, marks, pages, quarantine, owners. */
export const records: Migrations = {
  recordedIn: "sluice_migrations",
  startsWith: "sluice_sequences",
  all: [
    {
      id: 1,
      name: "keep_records_by_pipeline",
      run: (dialect) => Effect.zipRight(InternalTable.ensureAll(dialect, tables(dialect)), recordOwners(dialect))
    },
    {
      id: 2,
      name: "mark_partitions",
      run: (dialect) => InternalTable.ensureAll(dialect, tables(dialect))
    }
  ]
}

/** The tables as all migrations leave them. */
export const tables = (dialect: SqlDialect): ReadonlyArray<InternalTable.InternalTable> => {
  const { bytes, hash, integer, longText, text } = dialect.types
  const pipeline = ["pipeline", `${text(64)} NOT NULL`] as const
  const name = ["name", `${text(64)} NOT NULL`] as const
  const relation = ["relation", `${text(64)} NOT NULL`] as const
  const source = ["source", `${text(64)} NOT NULL`] as const
  const page = ["page", `${integer} NOT NULL`] as const
  const runId = ["run_id", `${text(64)} NOT NULL`] as const
  return [
    {
      name: "sluice_secrets",
      columns: [pipeline, name, ["value", `${text(64)} NOT NULL`]],
      key: ["pipeline", "name"]
    },
    { name: "sluice_sequences", columns: [pipeline, name, ["value", `${integer} NOT NULL`]], key: ["pipeline", "name"] },
    {
      name: "sluice_suppressions",
      columns: [pipeline, ["hash", `${hash} NOT NULL`], ["tag", `${integer} NOT NULL`], ["at", `${text(32)} NOT NULL`]],
      key: ["pipeline", "hash"]
    },
    { name: "sluice_marks", columns: [pipeline, relation, runId, ["row_count", integer]], key: ["pipeline", "relation"] },
    // The count is NULL after an erasure has changed the table.
    {
      name: "sluice_partition_marks",
      columns: [pipeline, relation, ["partition_key", `${text(512)} NOT NULL`], runId, ["row_count", integer]],
      key: ["pipeline", "relation", "partition_key"]
    },
    // Each relation has one owner, so the pipeline is not in the key.
    { name: "sluice_owners", columns: [relation, pipeline], key: ["relation"] },
    {
      name: "sluice_source_pages",
      columns: [
        pipeline,
        source,
        page,
        ["version", `${text(128)} NOT NULL`],
        ["known_by", `${longText} NOT NULL`],
        ["ids", `${bytes} NOT NULL`]
      ],
      key: ["pipeline", "source", "page"]
    },
    // Separate from the ids, which are read more often and take a quarter of the bytes.
    {
      name: "sluice_page_rows",
      columns: [pipeline, source, page, ["contents", `${bytes} NOT NULL`]],
      key: ["pipeline", "source", "page"]
    },
    {
      name: "quarantine",
      columns: [
        pipeline,
        source,
        ["position", `${integer} NOT NULL`],
        ["ordinal", `${integer} NOT NULL`],
        ["id", longText],
        ["field", `${longText} NOT NULL`],
        ["reason", `${longText} NOT NULL`],
        runId
      ],
      key: ["pipeline", "source", "position"]
    }
  ]
}

/** The only pipeline owns the tables and masks that it has written. */
const recordOwners = (dialect: SqlDialect): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const insert = sql.literal(`${dialect.insertIgnore} ${dialect.table("sluice_owners")}`)
    const [marks, counters] = [sql.literal(dialect.table("sluice_marks")), sql.literal(dialect.table("sluice_sequences"))]
    yield* sql`${insert} (relation, pipeline) SELECT relation, pipeline FROM ${marks} WHERE pipeline = ${InternalTable.onlyPipeline}`
    yield* sql`${insert} (relation, pipeline) SELECT SUBSTR(name, 8), pipeline FROM ${counters} WHERE pipeline = ${InternalTable.onlyPipeline} AND name LIKE 'values:%'`
  })
