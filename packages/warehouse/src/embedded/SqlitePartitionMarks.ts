import * as Gate from "../sql/ErasureGate.ts"
import * as SqlCounters from "../sql/SqlCounters.ts"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import type { Session } from "./LibsqlSession.ts"

/**
 * The statements on internal tables that every publish of a partition runs. They are prepared once a connection: through `SqlClient`
 * they would take longer than the rows of a small partition.
 */
export interface SqlitePartitionMarks {
  /** The pipeline that owns a relation; undefined if none does. */
  readonly ownerOf: (session: Session, relation: string) => string | undefined
  /** The number of erasures so far. */
  readonly epoch: (session: Session) => number
  readonly areThere: (session: Session, relation: string) => boolean
  /** The number of rows that partitions have, by their marks; undefined if an erasure has changed one of them. */
  readonly rowsOf: (session: Session, relation: string, keys: ReadonlyArray<string>) => number | undefined
  readonly set: (session: Session, relation: string, runId: string, rows: Rows) => void
  /** The number of rows in the mark of the whole table; undefined if it is not known. */
  readonly totalOf: (session: Session, relation: string) => number | undefined
  readonly setTotal: (session: Session, relation: string, runId: string, rows: number) => void
}

type Rows = ReadonlyArray<readonly [key: string, rows: number]>

export const make = (records: PipelineDialect): SqlitePartitionMarks => {
  const { pipeline } = records
  const [marks, totals] = [records.table(SqlPartitionMarks.tableName), records.table(SqlMarks.tableName)]
  const its = "pipeline = ? AND relation = ?"
  const sums = `SELECT COALESCE(SUM(row_count), 0), COUNT(*) - COUNT(row_count) FROM ${marks} WHERE ${its}`
  const upsert = records.upsert(["pipeline", "relation", "partition_key"], ["run_id", "row_count"])
  const text = {
    owner: `SELECT pipeline FROM ${records.table(SqlOwners.tableName)} WHERE relation = ?`,
    epoch: `SELECT value FROM ${records.table(SqlCounters.tableName)} WHERE pipeline = ? AND name = ?`,
    areThere: `SELECT 1 FROM ${marks} WHERE ${its} LIMIT 1`,
    rowsOfOne: `${sums} AND partition_key = ?`,
    rowsOf: `${sums} AND partition_key IN (SELECT value FROM json_each(?))`,
    setOne: `INSERT INTO ${marks} (pipeline, relation, partition_key, run_id, row_count) VALUES (?, ?, ?, ?, ?) ${upsert}`,
    // "WHERE true" tells the parser that ON begins no join.
    set: `INSERT INTO ${marks} (pipeline, relation, partition_key, run_id, row_count) SELECT ?, ?, value ->> 0, ?, value ->> 1 FROM json_each(?) WHERE true ${upsert}`,
    total: `SELECT row_count FROM ${totals} WHERE ${its}`,
    setTotal: `INSERT INTO ${totals} (pipeline, relation, run_id, row_count) VALUES (?, ?, ?, ?) ${records.upsert(["pipeline", "relation"], ["run_id", "row_count"])}`
  }
  return {
    ownerOf: (session, relation) => {
      const [row] = session.values(text.owner, [relation])
      return row === undefined ? undefined : String(row[0])
    },
    epoch: (session) => Number(session.values(text.epoch, [pipeline, Gate.counter])[0]?.[0] ?? 0),
    areThere: (session, relation) => session.values(text.areThere, [pipeline, relation]).length > 0,
    rowsOf: (session, relation, keys) => {
      const [only] = keys
      const [row = []] =
        keys.length === 1 && only !== undefined
          ? session.values(text.rowsOfOne, [pipeline, relation, only])
          : session.values(text.rowsOf, [pipeline, relation, JSON.stringify(keys)])
      const [known, unknown] = row
      return Number(unknown) > 0 ? undefined : Number(known)
    },
    set: (session, relation, runId, rows) => {
      const [only] = rows
      if (rows.length === 1 && only !== undefined) {
        session.run(text.setOne, [pipeline, relation, only[0], runId, only[1]])
      } else session.run(text.set, [pipeline, relation, runId, JSON.stringify(rows)])
    },
    totalOf: (session, relation) => {
      const [row] = session.values(text.total, [pipeline, relation])
      return row === undefined || row[0] === null ? undefined : Number(row[0])
    },
    setTotal: (session, relation, runId, rows) => session.run(text.setTotal, [pipeline, relation, runId, rows])
  }
}
