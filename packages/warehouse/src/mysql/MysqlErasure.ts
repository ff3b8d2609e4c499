import * as Effect from "effect/Effect"
import type * as SqlErasure from "../sql/SqlErasure.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import * as MysqlTables from "./MysqlTables.ts"
import * as Publisher from "./Publisher.ts"

/**
 * What an erasure or a re-issue of mask ids needs from one database of MySQL or MariaDB. It takes the locks of all publishes. The
 * server's old pages and logs are not erased.
 */
export const place = (options: MysqlTables.Options): SqlErasure.Place => {
  const { pool, words } = options
  return {
    dialect: words,
    present: Effect.map(
      pool.sql<{
        readonly name: string
      }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()`,
      (rows) => new Set(rows.map(({ name }) => name))
    ),
    alone: (tables, operation, effect) =>
      MysqlTables.alone(
        options,
        [...tables].sort(),
        operation,
        { reserve: pool.reserve, locked: (session, table) => dropStaged(session, table, operation) },
        () => effect
      ),
    scrub: Effect.void
  }
}

/**
 * Drops the staging tables of a table whose lock is taken. A run that died during a publish may have left the person in one that
 * nobody reads again. A run that has staged a slice and not written it fails: its rows were read before the erasure.
 */
const dropStaged = Effect.fnUntraced(function* (session: Session, table: string, operation: string) {
  const failed = statementFailed(operation)
  const left = (yield* Effect.mapError(Publisher.tablesAround(session, table), failed)).filter((name) => name !== table)
  if (left.length > 0) yield* Effect.mapError(Publisher.dropTables(session, left), failed)
})
