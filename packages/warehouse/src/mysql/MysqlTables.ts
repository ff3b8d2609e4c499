import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { affectedRows } from "../internal/mysqlDriver.ts"
import type { Dialect, Driver, Tables } from "../sql/Dialect.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Blockers } from "./Blockers.ts"
import * as Deadlock from "./deadlock.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"
import * as SessionTransaction from "./SessionTransaction.ts"
import type { TableLock } from "./TableLock.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly words: Dialect
  readonly locks: TableLock
  readonly blockers: Blockers
}

/** The tables of one database of MySQL or MariaDB. */
export const make = (options: Options): Tables => {
  const { pool, words } = options
  const here = SqlBatch.over(pool.sql, words)
  return {
    dialect: words,
    reading: (operation, effect) =>
      Effect.scoped(
        Effect.flatMap(SqlBatch.translated(words, operation, pool.reserve), (session) =>
          SqlBatch.translated(words, operation, SessionTransaction.statementsOn(pool, session)(effect(driver(session))))
        )
      ),
    alone: (table, operation, effect) =>
      Effect.zipRight(
        here(operation, SqlOwners.claim(words, [table.name], operation)),
        alone(options, [table.name], operation, { reserve: pool.reserveToPublish }, (session) => effect(driver(session)))
      )
  }
}

/** Statements of a session. */
export const driver = ({ connection }: Session): Driver => ({
  values: (sql, parameters) => connection.executeValues(sql, parameters),
  affected: (sql, parameters) => Effect.map(connection.executeRaw(sql, parameters), affectedRows)
})

/**
 * Runs an effect as one transaction under the named locks of tables, which are taken in order. The locks and the transaction use
 * one connection, so neither outlives the other. `locked` runs when a table's lock is taken.
 */
export const alone = <A>(
  { blockers, locks, pool, words }: Options,
  tables: ReadonlyArray<string>,
  operation: string,
  options: {
    readonly reserve: MysqlPool["reserve"]
    readonly locked?: (session: Session, table: string) => Effect.Effect<void, WarehouseFailed>
  },
  effect: (session: Session) => Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>
): Effect.Effect<A, WarehouseFailed> =>
  Publisher.reserved({ reserve: options.reserve, aside: pool.aside }, operation, [], (session) =>
    Effect.gen(function* () {
      for (const table of tables) {
        yield* locks.take(session, table, operation)
        if (options.locked !== undefined) yield* options.locked(session, table)
      }
      const written = SessionTransaction.run(session, SessionTransaction.statementsOn(pool, session)(effect(session)))
      return yield* blockers.insist(tables)(SqlBatch.translated(words, operation, Deadlock.retried(written)))
    })
  )
