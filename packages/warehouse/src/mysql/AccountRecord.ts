import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { accountsDatabase } from "../DatabaseUrl.ts"
import type * as DirectConnection from "./DirectConnection.ts"

/**
 * Which accounts of a server are this program's, and of which pipeline's database. The record has a database of its own, which
 * only the administrator can write: neither the pipeline's nor the analyst's account has any right on it.
 */
const table = `${accountsDatabase}.accounts`

/** The database whose pipeline an account belongs to; undefined for an account that is not recorded. */
export const ownerOf = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  user: string
): Effect.fn.Return<string | undefined, SqlError> {
  const there = yield* admin.query(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'accounts'",
    [accountsDatabase]
  )
  if (there.rows.length === 0) return undefined
  const recorded = yield* admin.query(`SELECT database_name FROM ${table} WHERE user_name = ?`, [user])
  const [database] = recorded.rows[0] ?? []
  if (database === undefined) return undefined
  // A pipeline whose database was dropped owns nothing. The server answers the name as it keeps it, in lower case perhaps.
  const exists = yield* admin.query("SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?", [
    String(database)
  ])
  const [name] = exists.rows[0] ?? []
  return name === undefined ? undefined : String(name)
})

/** Records that an account belongs to the pipeline of a database. */
export const record = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  user: string,
  database: string
): Effect.fn.Return<void, SqlError> {
  yield* admin.query(`CREATE DATABASE IF NOT EXISTS ${accountsDatabase} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  yield* admin.query(
    `CREATE TABLE IF NOT EXISTS ${table} (user_name VARCHAR(128) NOT NULL PRIMARY KEY, database_name VARCHAR(64) NOT NULL)`
  )
  yield* admin.query(`REPLACE INTO ${table} (user_name, database_name) VALUES (?, ?)`, [user, database])
})
