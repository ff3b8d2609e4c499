import { createHmac } from "node:crypto"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import type { SqlSecrets } from "../sql/SqlSecrets.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"

/**
 * The named locks of a pipeline's tables. Their names are derived from a secret of the pipeline, since any account of the
 * server can take a lock whose name it can compute.
 */
export interface TableLock {
  /**
   * Takes a table's lock. Every publish and every erasure holds it from before rows are read until readers can see them. With a
   * lock for the swap alone, a run that read first and ended last would replace newer rows, and an erasure could miss a person
   * in the staging table of a run that is then killed. The lock belongs to the session and ends with it.
   */
  readonly take: (
    session: Session,
    table: string,
    operation: string,
    /** The run that takes it, if there is one. */
    own?: string
  ) => Effect.Effect<void, WarehouseFailed>
  /** Takes the lock of a table if it is free; does not wait. */
  readonly tryTake: (session: Session, table: string, operation: string) => Effect.Effect<boolean, WarehouseFailed>
}

export interface Options {
  /**
   * The client that reads the secret. It must not use the sessions' pool: a publisher that waits for a second connection can
   * wait for ever.
   */
  readonly sql: SqlClient
  readonly words: PipelineDialect
  readonly secrets: SqlSecrets
  readonly wait: Duration.DurationInput
}

export const make = ({ secrets, sql, wait, words }: Options): TableLock => {
  const seconds = Math.ceil(Duration.toSeconds(wait))
  let known: Uint8Array | undefined
  const secret = (operation: string) =>
    Effect.suspend(() =>
      known === undefined
        ? secrets.obtain("locks", operation).pipe(
            Effect.provideService(SqlClient, sql),
            Effect.tap((key) => {
              known = key
            })
          )
        : Effect.succeed(known)
    )

  const acquire = Effect.fnUntraced(function* (session: Session, table: string, operation: string, patience: number) {
    const name = nameOf(yield* secret(operation), table)
    const rows = yield* Effect.mapError(
      session.connection.executeValues(`SELECT GET_LOCK(${inDatabase}, ${patience})`, [name]),
      statementFailed(operation)
    )
    return Number(rows[0]?.[0]) === 1
  })

  return {
    tryTake: (session, table, operation) => acquire(session, table, operation, 0),
    take: Effect.fn("TableLock.take")(function* (session, table, operation, own) {
      if (yield* acquire(session, table, operation, seconds)) return
      const others = yield* Effect.orElseSucceed(makers(session, words.pipeline, table), (): ReadonlyArray<string> => [])
      const names = others.filter((run) => run !== own)
      const which = names.length === 0 ? "" : ` (${names.join(" or ")})`
      return yield* new WarehouseFailed({
        reason: "Conflict",
        operation,
        detail: `another run${which} is publishing "${table}", and has not ended within ${Duration.format(Duration.seconds(seconds))}. Nothing was changed. It has the table until it has read its source and written all rows; \`sluice runs list\` shows since when it runs. Wait for it to end, or stop it, and run again.`
      })
    })
  }
}

/** Part of the name of a table's lock, the same in every process that has the store's secret. */
const nameOf = (secret: Uint8Array, table: string): string =>
  `sluice:${createHmac("sha256", secret).update(table).digest("hex").slice(0, 32)}`

/** At most 64 characters. A copy of the database on the same server has its own locks. MySQL 9 no longer has SHA1 and MD5. */
const inDatabase = "CONCAT(?, LEFT(SHA2(DATABASE(), 256), 16))"

/**
 * The runs that have still to materialize a table, by the run history. It assumes that assets are named as their tables, after
 * their prefixes.
 */
const makers = ({ connection }: Session, pipeline: string, table: string): Effect.Effect<ReadonlyArray<string>, SqlError> =>
  Effect.map(
    connection.executeValues(
      `SELECT r.run_id FROM sluice_runs r JOIN sluice_open_steps s ON s.pipeline = r.pipeline AND s.run_id = r.run_id
       WHERE r.pipeline = ? AND r.status = 'running' AND SUBSTRING_INDEX(s.asset, '/', -1) = ? AND s.action = 'materialize' ORDER BY r.started_at, r.run_id`,
      [pipeline, table]
    ),
    (rows) => rows.map(([run]) => String(run))
  )

/** Releases all locks of a session. */
export const releaseAll = (session: Session): Effect.Effect<unknown, SqlError> =>
  session.connection.executeUnprepared("SELECT RELEASE_ALL_LOCKS()", [], undefined)
