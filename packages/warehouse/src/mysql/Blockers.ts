import * as Log from "@sluice/core/Log"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as DirectConnection from "./DirectConnection.ts"
import * as Encryption from "./Encryption.ts"

/** An account that may end other accounts' sessions, and the accounts whose sessions it ends. */
export interface Administrator {
  readonly url: MysqlUrl
  readonly analysts: ReadonlyArray<string>
}

export interface Options {
  /** The pipeline's own account and database. */
  readonly url: MysqlUrl
  readonly administrator: Administrator | undefined
  /** How long each statement waits for a lock before it fails. */
  readonly lockWait: Duration.DurationInput
}

/** How to handle sessions of other accounts that hold a table for too long. */
export interface Blockers {
  /**
   * Runs an effect that locks `tables` and has no effect if it fails. If its wait for a lock runs out (`Conflict`), it ends the
   * sessions of the analysts' accounts that hold the tables, and runs the effect again. Without an administrator, or if other
   * accounts hold the tables, the error names the sessions that the account can see.
   */
  readonly insist: (
    tables: ReadonlyArray<string>
  ) => <A, E, R>(effect: Effect.Effect<A, E | WarehouseFailed, R>) => Effect.Effect<A, E | WarehouseFailed, R>
}

interface Session {
  readonly id: number
  readonly user: string
}

export const make = (options: Options): Blockers => {
  const { administrator, url } = options
  const seconds = Math.max(1, Math.ceil(Duration.toSeconds(options.lockWait)))
  const asked = administrator === undefined ? url : { ...administrator.url, database: "" }
  const setting = administrator === undefined ? "DATABASE_URL" : "DATABASE_ADMIN_URL"
  const isAnalyst = ({ user }: Session) => administrator?.analysts.includes(user) === true

  /**
   * The sessions that hold the tables. If the server does not record table locks, the sessions with an old enough transaction
   * or statement.
   */
  const find = Effect.fnUntraced(function* (connection: DirectConnection.DirectConnection, tables: ReadonlyArray<string>) {
    const ask = (sql: string, values: ReadonlyArray<string | number>) =>
      Effect.map(
        Effect.orElseSucceed(connection.query(sql, values), () => ({ rows: [] })),
        ({ rows }) => rows.map(([id, user]): Session => ({ id: Number(id), user: String(user) }))
      )
    const holders = yield* ask(holdersOf(tables.length), [url.database, ...tables, connection.threadId])
    if (holders.length > 0) return holders
    const old = yield* ask(oldWork, [seconds, seconds, url.user, connection.threadId])
    if (old.some(isAnalyst)) return old
    // An open HANDLER is visible nowhere. An idle session costs an analyst only a new login.
    const all = yield* ask("SELECT id, user FROM information_schema.processlist", [])
    return [...old, ...all.filter(isAnalyst)]
  })

  /** Returns the ended sessions, and the other ones. */
  const clear = (tables: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const connection = yield* Effect.flatMap(Encryption.settle(asked, setting), DirectConnection.open)
      const found = yield* find(connection, tables)
      const ended = found.filter(isAnalyst)
      // A session may have ended by itself meanwhile.
      for (const { id } of ended) yield* Effect.ignore(connection.query(`KILL ${Math.trunc(id)}`))
      return { ended, left: found.filter((session) => !isAnalyst(session)) }
    }).pipe(
      Effect.scoped,
      Effect.timeout(patience),
      Effect.orElseSucceed((): Cleared => ({ ended: [], left: [] }))
    )

  const explained = (error: WarehouseFailed, tables: ReadonlyArray<string>, { ended, left }: Cleared) => {
    const held = `another session has held ${tables.map((name) => `"${name}"`).join(" or ")} for longer than ${Duration.format(Duration.seconds(seconds))} (SLUICE_LOCK_WAIT). Nothing was changed.`
    const blocking = [...left, ...ended]
    const remedy =
      blocking.length > 0
        ? `Blocking: ${blocking.map(({ id, user }) => `session ${id} of "${user}"`).join(", ")}. ${administrator === undefined ? "Have it ended" : "End it"} with ${blocking.map(({ id }) => `KILL ${id}`).join("; ")}, and run again.`
        : administrator === undefined
          ? 'The account in DATABASE_URL cannot see which. Set DATABASE_ADMIN_URL, and sessions of the analysts\' account are ended; or have the administrator find it with SHOW PROCESSLIST, end it with KILL and its "Id", and run again.'
          : 'Find it with SHOW PROCESSLIST as the administrator, end it with KILL and its "Id", and run again.'
    return new WarehouseFailed({ reason: "Conflict", operation: error.operation, detail: `${held} ${remedy}` })
  }

  return {
    insist: (tables) => (effect) =>
      Effect.catchIf(effect, isConflict, (error) =>
        Effect.gen(function* () {
          const first = yield* clear(tables)
          if (first.ended.length === 0) return yield* explained(error, tables, first)
          yield* Log.warning("ended sessions of the analysts' account that held a table for longer than SLUICE_LOCK_WAIT", {
            sessions: first.ended.map(({ id }) => id).join(","),
            tables: tables.join(",")
          })
          return yield* Effect.catchIf(effect, isConflict, (again) =>
            Effect.flatMap(clear(tables), (second) => explained(again, tables, second))
          )
        })
      )
  }
}

interface Cleared {
  readonly ended: ReadonlyArray<Session>
  readonly left: ReadonlyArray<Session>
}

const isConflict = (error: unknown): error is WarehouseFailed =>
  error instanceof WarehouseFailed && error.reason === "Conflict"

/** The limit for finding and ending sessions. */
const patience = Duration.seconds(10)

/** Row locks need no query of their own, since a session with row locks also has the table's metadata lock. */
const holdersOf = (tables: number): string =>
  `SELECT DISTINCT t.processlist_id, t.processlist_user FROM performance_schema.metadata_locks l
   JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
   WHERE l.object_type = 'TABLE' AND l.lock_status = 'GRANTED' AND l.object_schema = ?
   AND l.object_name IN (${new Array(tables).fill("?").join(", ")}) AND t.processlist_id IS NOT NULL AND t.processlist_id <> ?`

/** On MariaDB, performance_schema is off by default. */
const oldWork = `SELECT DISTINCT p.id, p.user FROM information_schema.processlist p
   LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
   WHERE (t.trx_started <= NOW() - INTERVAL ? SECOND OR (p.command IN ('Query', 'Execute') AND p.time >= ?))
   AND p.user <> ? AND p.user <> 'system user' AND p.id <> ?`
