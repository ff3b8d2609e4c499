import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as SqlBatch from "../sql/SqlBatch.ts"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import type * as SqlErasure from "../sql/SqlErasure.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Blockers } from "./Blockers.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"
import * as SessionTransaction from "./SessionTransaction.ts"
import * as TableLock from "./TableLock.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly words: PipelineDialect
  readonly locks: TableLock.TableLock
  readonly blockers: Blockers
}

/**
 * What an erasure or a re-issue of mask ids needs from one database of MySQL or MariaDB. The publish locks and the transaction
 * use one connection, so neither outlives the other. The server's old pages and logs are not erased.
 */
export const place = (options: Options): SqlErasure.Place => {
  const { pool, words } = options
  return {
    dialect: words,
    relation: ({ name }) => quote(name),
    present: Effect.map(
      pool.sql<{
        readonly name: string
      }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()`,
      (rows) => new Set(rows.map(({ name }) => name))
    ),
    alone: (tables, operation, effect) => alone(options, [...tables].sort(), operation, effect),
    scrub: Effect.void
  }
}

const alone = <A>(
  { blockers, locks, pool, words }: Options,
  tables: ReadonlyArray<string>,
  operation: string,
  effect: Effect.Effect<A, SqlError | WarehouseFailed>
): Effect.Effect<A, WarehouseFailed> => {
  const failed = statementFailed(operation)
  const onSession = Effect.fnUntraced(function* (session: Session) {
    for (const table of tables) {
      yield* locks.take(session, table, operation)
      // A run that died during a publish may have left the person in a staging table that nobody reads again. A run that has staged
      // a slice and not written it fails: its rows were read before the erasure.
      const left = (yield* Effect.mapError(Publisher.tablesAround(session, table), failed)).filter((name) => name !== table)
      if (left.length > 0) yield* Effect.mapError(Publisher.dropTables(session, left), failed)
    }
    return yield* blockers.insist(tables)(
      SqlBatch.translated(words, operation, Deadlock.retried(SessionTransaction.run(session, effect)))
    )
  })
  return Effect.scoped(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const session = yield* Effect.mapError(restore(pool.reserve), failed)
        const exit = yield* Effect.exit(restore(onSession(session)))
        const released = yield* Effect.exit(TableLock.releaseAll(session))
        if (Exit.isFailure(released)) yield* session.destroy
        return yield* exit
      })
    )
  )
}
