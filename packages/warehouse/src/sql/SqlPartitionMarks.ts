import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PartitionMark } from "../PartitionedTables.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/**
 * The table that records, for each partition of a table, the run that last wrote it and its number of rows, in the transaction of
 * these rows. Analysts cannot read it.
 */
export const tableName = "sluice_partition_marks"

/** The marks of a table's partitions, or of those that a run has written. */
export const all = Effect.fn("SqlPartitionMarks.all")(function* (
  dialect: PipelineDialect,
  relation: string,
  runId?: string
): Effect.fn.Return<ReadonlyArray<PartitionMark>, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  const ofRun = runId === undefined ? sql.literal("") : sql`AND run_id = ${runId}`
  const query = sql`SELECT partition_key, run_id, row_count FROM ${marks} WHERE ${its} ${ofRun} ORDER BY partition_key`
  const rows = yield* SqlRows.all(Row, query)
  return rows.map((row) => ({ key: row.partition_key, runId: row.run_id, rows: row.row_count ?? undefined }))
})

/** The number of marked partitions of each table that has some. */
export const counts = Effect.fn("SqlPartitionMarks.counts")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<ReadonlyArray<readonly [relation: string, count: number]>, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const marks = sql.literal(dialect.table(tableName))
  const its = sql`pipeline = ${dialect.pipeline}`
  const rows = yield* SqlRows.all(
    Counted,
    sql`SELECT relation, COUNT(*) AS marked FROM ${marks} WHERE ${its} GROUP BY relation`
  )
  return rows.map(({ marked, relation }) => [relation, marked] as const)
})

/** The number of rows that partitions have, by their marks; undefined if an erasure has changed one of them. */
export const rowsOf = Effect.fn("SqlPartitionMarks.rowsOf")(function* (
  dialect: PipelineDialect,
  relation: string,
  keys: ReadonlyArray<string>
): Effect.fn.Return<number | undefined, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  let sum = 0
  for (const some of SqlBatch.valueBatches(dialect, keys)) {
    const query = sql`SELECT COALESCE(SUM(row_count), 0) AS known, COUNT(*) - COUNT(row_count) AS unknown_marks FROM ${marks} WHERE ${its} AND ${sql.in("partition_key", some)}`
    const found = yield* SqlRows.first(Sum, query)
    if ((found?.unknown_marks ?? 0) > 0) return undefined
    sum += found?.known ?? 0
  }
  return sum
})

/** Forgets the numbers of rows of a table's partitions, after an erasure. They are counted when the partitions are replaced. */
export const forgetCounts = Effect.fn("SqlPartitionMarks.forgetCounts")(function* (
  dialect: PipelineDialect,
  relation: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  yield* sql`UPDATE ${marks} SET row_count = NULL WHERE ${its}`
})

/** Whether any partition of a table is marked. */
export const areThere = Effect.fn("SqlPartitionMarks.areThere")(function* (
  dialect: PipelineDialect,
  relation: string
): Effect.fn.Return<boolean, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  return (yield* sql`SELECT 1 AS found FROM ${marks} WHERE ${its} LIMIT 1`).length > 0
})

/** Records the run that wrote partitions, and the number of rows of each. */
export const set = Effect.fn("SqlPartitionMarks.set")(function* (
  dialect: PipelineDialect,
  relation: string,
  runId: string,
  rows: ReadonlyArray<readonly [key: string, rows: number]>
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { pipeline } = dialect
  const tail = dialect.upsert(["pipeline", "relation", "partition_key"], ["run_id", "row_count"])
  const marks = rows.map(([key, count]) => ({ pipeline, relation, partition_key: key, run_id: runId, row_count: count }))
  yield* SqlBatch.insert(sql, dialect, { table: tableName, tail }, marks)
})

/** Removes the marks of partitions. */
export const remove = Effect.fn("SqlPartitionMarks.remove")(function* (
  dialect: PipelineDialect,
  relation: string,
  keys: ReadonlyArray<string>
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  for (const some of SqlBatch.valueBatches(dialect, keys)) {
    yield* sql`DELETE FROM ${marks} WHERE ${its} AND ${sql.in("partition_key", some)}`
  }
})

/** Removes the marks of all partitions of a table: it was published whole. */
export const clear = Effect.fn("SqlPartitionMarks.clear")(function* (
  dialect: PipelineDialect,
  relation: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const { its, marks } = words(sql, dialect, relation)
  yield* sql`DELETE FROM ${marks} WHERE ${its}`
})

/** Forgets which run wrote the partitions of all tables, and their numbers of rows. What is cut stays cut. */
export const forgetAll = Effect.fn("SqlPartitionMarks.forgetAll")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  yield* sql`UPDATE ${sql.literal(dialect.table(tableName))} SET run_id = '', row_count = NULL WHERE pipeline = ${dialect.pipeline}`
})

/** Gives a table's marks to another pipeline, in the caller's transaction. */
export const handOver = Effect.fn("SqlPartitionMarks.handOver")(function* (
  from: PipelineDialect,
  to: PipelineDialect,
  relation: string
): Effect.fn.Return<void, SqlError, SqlClient> {
  const sql = yield* SqlClient
  yield* clear(to, relation)
  const { its, marks } = words(sql, from, relation)
  yield* sql`UPDATE ${marks} SET pipeline = ${to.pipeline} WHERE ${its}`
})

/** The error of a table that has rows and no marked partition. */
export const notCut = ({ name }: Table.Any): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Misconfigured",
    operation: `publish ${name}`,
    detail: `it has rows and no partitions yet: it was published whole. Run \`sluice partitions adopt ${name}\`, which cuts the rows into partitions (--dry-run counts them first), or \`sluice partitions reset ${name}\` to begin anew. Nothing was written.`
  })

/** The error of a key that is too long to be marked. */
export const keyTooLong = ({ name }: Table.Any): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Misconfigured",
    operation: `publish ${name}`,
    detail: `the key of a partition has more than ${longestKey} characters. Use shorter keys. Nothing was written.`
  })

/** Room in the primary key of every server. */
export const longestKey = 512

const Row = Schema.Struct({ partition_key: Schema.String, run_id: Schema.String, row_count: Schema.NullOr(SqlRows.Count) })
const Counted = Schema.Struct({ relation: Schema.String, marked: SqlRows.Count })
const Sum = Schema.Struct({ known: SqlRows.Count, unknown_marks: SqlRows.Count })

const words = (sql: SqlClient, dialect: PipelineDialect, relation: string) => ({
  marks: sql.literal(dialect.table(tableName)),
  its: sql`pipeline = ${dialect.pipeline} AND relation = ${relation}`
})
