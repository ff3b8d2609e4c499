import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"

// At most 64 characters. MySQL 9 has SHA1 and MD5 no more.
const lockName = "CONCAT('sluice:', LEFT(SHA2(CONCAT(DATABASE(), '.', ?), 256), 40))"

/**
 * Takes the named lock of a table, which whoever publishes it has: from before its rows are read until they are there to be
 * seen. Were it taken for the swap alone, a run that read first and ended last would put older rows in the place of newer
 * ones, and an erasure could leave a person in a staging table whose run is then killed. It is the session's and dies with it.
 */
export const take = Effect.fn("TableLock.take")(function* (
  session: Session,
  table: string,
  operation: string,
  wait: Duration.DurationInput,
  /** The run that takes it, where it is one. */
  own?: string
): Effect.fn.Return<void, WarehouseFailed> {
  const seconds = Math.ceil(Duration.toSeconds(wait))
  const rows = yield* Effect.mapError(
    session.connection.executeValues(`SELECT GET_LOCK(${lockName}, ${seconds})`, [table]),
    statementFailed(operation)
  )
  if (Number(rows[0]?.[0]) === 1) return
  const others = yield* Effect.orElseSucceed(makers(session, table), (): ReadonlyArray<string> => [])
  const names = others.filter((run) => run !== own)
  const which = names.length === 0 ? "" : ` (${names.join(" or ")})`
  return yield* new WarehouseFailed({
    reason: "Conflict",
    operation,
    detail: `another run${which} is publishing "${table}", and has not ended within ${Duration.format(Duration.seconds(seconds))}. Nothing was changed. It has the table until it has read its source and written all rows; \`pnpm assets runs list\` shows since when it runs. Wait for it to end, or stop it, and run again.`
  })
})

/** The runs that are to make a table and have not yet, by the run history, where assets are called as their tables are. */
const makers = ({ connection }: Session, table: string): Effect.Effect<ReadonlyArray<string>, SqlError> =>
  Effect.map(
    connection.executeValues(
      `SELECT r.run_id FROM sluice_runs r JOIN sluice_open_steps s ON s.run_id = r.run_id
       WHERE r.status = 'running' AND s.asset = ? AND s.action = 'materialize' ORDER BY r.started_at, r.run_id`,
      [table]
    ),
    (rows) => rows.map(([run]) => String(run))
  )

/** Lets go of all that a session has taken. */
export const releaseAll = (session: Session): Effect.Effect<unknown, SqlError> =>
  session.connection.executeUnprepared("SELECT RELEASE_ALL_LOCKS()", [], undefined)
