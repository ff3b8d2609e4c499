import { SqlClient, TransactionConnection } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { MysqlPool, Session } from "./MysqlPool.ts"

/** Sends statements of `SqlClient` over a session, in a transaction if one is open. */
export const statementsOn =
  ({ sql }: Pick<MysqlPool, "sql">, { connection }: Session) =>
  <A, E>(effect: Effect.Effect<A, E, SqlClient>): Effect.Effect<A, E> =>
    effect.pipe(Effect.provideService(SqlClient, sql), Effect.provideService(TransactionConnection, [connection, 0]))

/** Runs an effect as one transaction of a session. Statements of `SqlClient` belong to it. */
export const run = <A, E, R>(session: Session, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const execute = (statement: string) => session.connection.executeUnprepared(statement, [], undefined)
      yield* execute("START TRANSACTION")
      const exit = yield* Effect.exit(restore(Effect.provideService(effect, TransactionConnection, [session.connection, 0])))
      if (Exit.isSuccess(exit)) yield* execute("COMMIT")
      // If the state is unknown, closing the connection rolls back too.
      else yield* Effect.catchAll(execute("ROLLBACK"), () => session.destroy)
      return yield* exit
    })
  )
