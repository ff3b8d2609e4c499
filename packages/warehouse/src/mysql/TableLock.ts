import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"

// At most 64 characters. MySQL 9 has SHA1 and MD5 no more.
const lockName = "CONCAT('sluice:', LEFT(SHA2(CONCAT(DATABASE(), '.', ?), 256), 40))"

/** Takes the named lock of a table, which whoever publishes it has. It is the session's and dies with it. */
export const take = Effect.fn("TableLock.take")(function* (
  session: Session,
  table: string,
  operation: string,
  wait: Duration.DurationInput
): Effect.fn.Return<void, WarehouseFailed> {
  const seconds = Math.ceil(Duration.toSeconds(wait))
  const rows = yield* Effect.mapError(
    session.connection.executeValues(`SELECT GET_LOCK(${lockName}, ${seconds})`, [table]),
    statementFailed(operation)
  )
  if (Number(rows[0]?.[0]) === 1) return
  return yield* new WarehouseFailed({
    reason: "Conflict",
    operation,
    detail: `another run is publishing "${table}", and has not ended within ${Duration.format(Duration.seconds(seconds))}. Wait for it to end, or stop it, and run again.`
  })
})

/** Lets go of all that a session has taken. */
export const releaseAll = (session: Session): Effect.Effect<unknown, SqlError> =>
  session.connection.executeUnprepared("SELECT RELEASE_ALL_LOCKS()", [], undefined)
