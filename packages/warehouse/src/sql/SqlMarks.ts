import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Mark } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlColumns from "./SqlColumns.ts"
import type { SqlDialect } from "./SqlDialect.ts"

/** The table that records which run last wrote each published table, and its rows. Analysts cannot read it. */
export const tableName = "sluice_marks"

/** Creates the table if it is missing. */
export const ensureTables = (dialect: SqlDialect): Effect.Effect<void, WarehouseFailed, SqlClient> => {
  const { integer, text } = dialect.types
  const columns = [
    ["relation", `${text(64)} NOT NULL`],
    ["run_id", `${text(64)} NOT NULL`]
  ] as const
  const table = { name: tableName, columns, constraints: ["PRIMARY KEY (relation)"] }
  return SqlColumns.ensureTable(dialect, table, [["row_count", integer]], "create the table of marks")
}

/** Removes a table's mark: nobody knows who wrote it. */
export const clear = (dialect: SqlDialect, relation: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.asVoid(sql.unsafe(`DELETE FROM ${dialect.table(tableName)} WHERE relation = ?`, [relation]))
  )

/** Records that a run wrote a table, which has so many rows now. */
export const set = (
  dialect: SqlDialect,
  relation: string,
  runId: string,
  rows: number
): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const insert = `INSERT INTO ${dialect.table(tableName)} (relation, run_id, row_count) VALUES (?, ?, ?)`
    const replace = dialect.upsert(["relation"], ["run_id", "row_count"])
    return Effect.asVoid(sql.unsafe(`${insert} ${replace}`, [relation, runId, rows]))
  })

/** Records that an erasure removed rows of a table. */
export const erased = (dialect: SqlDialect, relation: string, rows: number): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const update = `UPDATE ${dialect.table(tableName)} SET row_count = row_count - ? WHERE relation = ?`
    return Effect.asVoid(sql.unsafe(update, [rows, relation]))
  })

/** All marks, by the name of the table. */
export const all = Effect.fn("SqlMarks.all")(function* (
  dialect: SqlDialect
): Effect.fn.Return<ReadonlyMap<string, Mark>, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const rows = yield* sql.unsafe<{
    readonly relation: string
    readonly run_id: string
    readonly row_count: number | string | null
  }>(`SELECT relation, run_id, row_count FROM ${dialect.table(tableName)}`)
  return new Map(
    rows.map(({ relation, row_count, run_id }) => [
      relation,
      { runId: run_id, rows: row_count === null ? undefined : Number(row_count) }
    ])
  )
})

/** The mark of a table; undefined if nobody knows who wrote it. */
export const find = (dialect: SqlDialect, relation: string): Effect.Effect<Mark | undefined, SqlError, SqlClient> =>
  Effect.map(all(dialect), (marks) => marks.get(relation))

/**
 * Whether a run's changes apply to a table with this mark. They do if the run of the last recorded materialization wrote it,
 * and are applied already if this run did. Fails if another run wrote it.
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
