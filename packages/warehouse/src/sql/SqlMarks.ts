import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Inspected, Mark } from "../WarehouseReader.ts"
import { ofPipeline, type PipelineDialect } from "./SqlDialect.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"
import * as SqlRows from "./SqlRows.ts"

/**
 * The table that records, for each published table, the run that last wrote it and its number of rows. Analysts cannot read it.
 */
export const tableName = "sluice_marks"

/** Removes a table's mark. Its last writer is then unknown. */
export const clear = Effect.fn("SqlMarks.clear")(function* (
  dialect: PipelineDialect,
  relation: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect)
  yield* sql`DELETE FROM ${marks} WHERE ${its} AND relation = ${relation}`
})

/** Removes the marks of all tables of the pipeline. */
export const clearAll = Effect.fn("SqlMarks.clearAll")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect)
  yield* sql`DELETE FROM ${marks} WHERE ${its}`
})

/** Records the run that wrote a table and its number of rows. */
export const set = Effect.fn("SqlMarks.set")(function* (
  dialect: PipelineDialect,
  relation: string,
  runId: string,
  rows: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const row = { pipeline: dialect.pipeline, relation, run_id: runId, row_count: rows }
  const replace = sql.literal(dialect.upsert(["pipeline", "relation"], ["run_id", "row_count"]))
  yield* sql`INSERT INTO ${words(sql, dialect).marks} ${sql.insert(row)} ${replace}`
})

/** Records that an erasure removed rows of a table. */
export const erased = Effect.fn("SqlMarks.erased")(function* (
  dialect: PipelineDialect,
  relation: string,
  rows: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect)
  yield* sql`UPDATE ${marks} SET row_count = row_count - ${rows} WHERE ${its} AND relation = ${relation}`
})

/** All marks by table name. */
export const all = Effect.fn("SqlMarks.all")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<ReadonlyMap<string, Mark>, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect)
  const rows = yield* SqlRows.all(Row, sql`SELECT relation, run_id, row_count FROM ${marks} WHERE ${its}`)
  const cut = new Map(yield* SqlPartitionMarks.counts(dialect))
  return new Map(
    rows.map(({ relation, row_count, run_id }) => {
      const partitions = cut.get(relation)
      return [relation, { runId: run_id, rows: row_count ?? undefined, ...(partitions === undefined ? {} : { partitions }) }]
    })
  )
})

const Row = Schema.Struct({
  relation: Schema.String,
  run_id: Schema.String,
  row_count: Schema.NullOr(SqlRows.Count)
})

const words = (sql: SqlClient, dialect: PipelineDialect) => ({
  marks: sql.literal(dialect.table(tableName)),
  its: sql`pipeline = ${dialect.pipeline}`
})

/** The mark of a table; undefined if its last writer is unknown. */
export const find = (
  dialect: PipelineDialect,
  relation: string
): Effect.Effect<Mark | undefined, SqlError | WarehouseFailed, SqlClient> =>
  Effect.map(all(dialect), (marks) => marks.get(relation))

/** The pipeline that owns a relation, and the mark of its last publish; undefined if no pipeline does. */
export const ofOwner = Effect.fn("SqlMarks.ofOwner")(function* (
  dialect: PipelineDialect,
  relation: string
): Effect.fn.Return<Inspected["owner"], SqlError | WarehouseFailed, SqlClient> {
  const pipeline = (yield* SqlOwners.all(dialect)).get(relation)
  return pipeline === undefined ? undefined : { pipeline, mark: yield* find(ofPipeline(dialect, pipeline), relation) }
})

/**
 * Whether a run's changes apply to a table with this mark. They apply if the run of the last recorded materialization wrote it.
 * They are applied already if this run wrote it. Fails if another run wrote it.
 */
export const judge = (
  mark: Mark | undefined,
  relation: string,
  step: { readonly runId: string; readonly last: { readonly runId: string } | undefined }
): Effect.Effect<"apply" | "applied", WarehouseFailed> => {
  if (mark?.runId === step.runId) return Effect.succeed("applied")
  if (mark !== undefined && mark.runId === step.last?.runId) return Effect.succeed("apply")
  return new WarehouseFailed({
    reason: "Outdated",
    operation: `publish ${relation}`,
    detail:
      "this run has read only what changed in the source since the table was last made, and another run has written the table since. Nothing was written; run it again, and it will read everything."
  })
}
