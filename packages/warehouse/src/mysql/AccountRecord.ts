import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { accountsDatabase } from "../DatabaseUrl.ts"
import { onlyPipeline } from "../sql/migrations/InternalTable.ts"
import type * as DirectConnection from "./DirectConnection.ts"

/**
 * Records which accounts of a server this program created, for which pipelines and databases. The record has its own database,
 * which only the administrator can write. Neither the pipeline's nor the analyst's account has any right on it.
 */
const table = `${accountsDatabase}.accounts`

/** A pipeline in a database, as the owner of an account. */
export interface Owner {
  readonly database: string
  readonly pipeline: string
}

/**
 * The pipelines that own an account; none if it is not recorded. Pipelines of a dropped database own it no longer, except for
 * `database`, which is about to be created again.
 */
export const ownersOf = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  user: string,
  database: string
): Effect.fn.Return<ReadonlyArray<Owner>, SqlError> {
  const columns = yield* columnsOf(admin)
  if (columns.length === 0) return []
  const pipeline = columns.includes("pipeline") ? "pipeline" : `'${onlyPipeline}'`
  const recorded = yield* admin.query(`SELECT database_name, ${pipeline} FROM ${table} WHERE user_name = ? ORDER BY 1, 2`, [
    user
  ])
  const owners: Array<Owner> = []
  for (const [recordedName, pipeline] of recorded.rows) {
    // The server returns the name as it stores it, perhaps in lower case.
    const exists = yield* admin.query("SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?", [
      String(recordedName)
    ])
    const [name] = exists.rows[0] ?? (recordedName === database ? [database] : [])
    if (name !== undefined) owners.push({ database: String(name), pipeline: String(pipeline) })
  }
  return owners
})

/** Records that an account belongs to a pipeline in a database. */
export const record = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  user: string,
  { database, pipeline }: Owner
): Effect.fn.Return<void, SqlError> {
  yield* admin.query(`CREATE DATABASE IF NOT EXISTS ${accountsDatabase} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  yield* admin.query(
    `CREATE TABLE IF NOT EXISTS ${table} (user_name VARCHAR(128) NOT NULL, database_name VARCHAR(64) NOT NULL, pipeline VARCHAR(64) NOT NULL, ${key})`
  )
  // Earlier versions recorded accounts without a pipeline, when there was only one.
  if (!(yield* columnsOf(admin)).includes("pipeline")) {
    yield* admin.query(
      `ALTER TABLE ${table} ADD COLUMN pipeline VARCHAR(64) NOT NULL DEFAULT '${onlyPipeline}', DROP PRIMARY KEY, ADD ${key}`
    )
  }
  yield* admin.query(`REPLACE INTO ${table} (user_name, database_name, pipeline) VALUES (?, ?, ?)`, [
    user,
    database,
    pipeline
  ])
})

const key = "PRIMARY KEY (user_name, database_name, pipeline)"

/** None if there is no record yet. */
const columnsOf = (admin: DirectConnection.DirectConnection) =>
  Effect.map(
    admin.query(
      "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = 'accounts' ORDER BY ordinal_position",
      [accountsDatabase]
    ),
    ({ rows }) => rows.map(([name]) => String(name))
  )
