import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type SqlDialect } from "./SqlDialect.ts"

/** The table that tells which run has last written each published table. Analysts cannot read it. */
export const tableName = "sluice_marks"

/** Creates the table if it is missing. */
export const ensureTables = Effect.fn("SqlMarks.ensureTables")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { text } = dialect.types
  const ddl = createTable(
    dialect,
    tableName,
    [
      ["relation", `${text(64)} NOT NULL`],
      ["run_id", `${text(64)} NOT NULL`]
    ],
    ["PRIMARY KEY (relation)"]
  )
  yield* SqlBatch.translated(dialect, "create the table of marks", sql.unsafe(ddl))
})

/** Says that nobody knows who has written a table. */
export const clear = (dialect: SqlDialect, relation: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.asVoid(sql.unsafe(`DELETE FROM ${dialect.table(tableName)} WHERE relation = ?`, [relation]))
  )

/** Says that a run has written a table. */
export const set = (dialect: SqlDialect, relation: string, runId: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const insert = `INSERT INTO ${dialect.table(tableName)} (relation, run_id) VALUES (?, ?)`
    return Effect.asVoid(sql.unsafe(`${insert} ${dialect.upsert(["relation"], ["run_id"])}`, [relation, runId]))
  })

/**
 * Tells whether changes that a run has read are to be applied to a table: they are where its rows are those that the run of
 * the last recorded materialization has written, and were, where they are this run's. Fails where they are another's.
 */
export const judge = Effect.fn("SqlMarks.judge")(function* (
  dialect: SqlDialect,
  relation: string,
  step: { readonly runId: string; readonly last: { readonly runId: string } | undefined }
): Effect.fn.Return<"apply" | "applied", WarehouseFailed | SqlError, SqlClient> {
  const sql = yield* SqlClient
  const [row] = yield* sql.unsafe<{ readonly run_id: string }>(
    `SELECT run_id FROM ${dialect.table(tableName)} WHERE relation = ?`,
    [relation]
  )
  if (row?.run_id === step.runId) return "applied"
  if (row !== undefined && row.run_id === step.last?.runId) return "apply"
  return yield* new WarehouseFailed({
    reason: "Outdated",
    operation: `publish ${relation}`,
    detail:
      "this run has read only what changed in the source since the table was last made, and another run has written the table since. Nothing was written; run it again, and it will read everything."
  })
})
