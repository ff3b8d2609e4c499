import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Mysql from "mysql2"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { faultOf, isTooMany, sqlError } from "./errors.ts"
import * as SessionSettings from "./SessionSettings.ts"
import * as Transport from "./Transport.ts"

/** One answer of the server. `columns` is empty if the statement returns no rows. */
export interface Answer {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** A connection outside of the pools, for administration, people's queries, and stopping a statement. */
export interface DirectConnection {
  readonly threadId: number
  /**
   * Sends one statement, in the text protocol. Several statements in one text are refused. An interruption closes the
   * connection.
   */
  readonly query: (sql: string, values?: ReadonlyArray<string | number>) => Effect.Effect<Answer, SqlError>
}

/** How long a server may take to accept a connection. */
export const connectTimeout = Duration.seconds(5)

/** How values are decoded in both protocols: exact numbers, and dates as text. */
export const decoding = {
  charset: "UTF8MB4_BIN",
  dateStrings: true,
  jsonStrings: true,
  supportBigNumbers: true
} as const

/** Connects, with the variables of `SessionSettings`; closes with the scope. An empty `database` selects none. */
export const open = (
  url: MysqlUrl,
  within: Duration.Duration = connectTimeout
): Effect.Effect<DirectConnection, SqlError, Scope.Scope> =>
  Effect.acquireRelease(whenThereIsRoom(connect(url, within)), close).pipe(
    Effect.map(over),
    Effect.tap(({ query }) => SessionSettings.apply((sql) => Effect.map(query(sql), ({ rows }) => rows)))
  )

/** Retries for some seconds if the server has too many connections, since some end at any time. */
export const whenThereIsRoom = <A, R>(connecting: Effect.Effect<A, SqlError, R>): Effect.Effect<A, SqlError, R> =>
  Effect.retry(connecting, {
    while: isTooMany,
    schedule: Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(100))
  })

const over = (connection: Mysql.Connection): DirectConnection => ({
  threadId: connection.threadId ?? 0,
  query: (sql, values) =>
    Effect.async<Answer, SqlError>((resume) => {
      connection.query(
        { sql, values: values === undefined ? undefined : [...values], rowsAsArray: true },
        (error, rows, fields) =>
          resume(error === null ? Effect.succeed(answerOf(rows, fields)) : Effect.fail(sqlError(error)))
      )
      return Effect.sync(() => connection.destroy())
    })
})

/**
 * Runs one statement over its own connection, to clean up or to stop another connection. It can be part of a finalizer:
 * connecting takes three seconds at most, and the statement ten in all. Returns whether it succeeded.
 */
export const aside = (url: MysqlUrl, sql: string): Effect.Effect<boolean> =>
  Effect.scoped(Effect.flatMap(open(url, answering), (other) => other.query(sql))).pipe(
    Effect.interruptible,
    Effect.timeout(patience),
    Effect.isSuccess
  )

/** Whether the server responds within three seconds. A refusal, for example for too many connections, is a response. */
export const answers = (url: MysqlUrl): Effect.Effect<boolean> =>
  Effect.match(Effect.scoped(Effect.acquireRelease(connect(url, answering), close)), {
    onSuccess: () => true,
    onFailure: (error) => faultOf(error.cause).errno !== undefined
  })

const answering = Duration.seconds(3)
const patience = Duration.seconds(10)

const connect = (url: MysqlUrl, within: Duration.Duration) =>
  Effect.flatMap(Transport.options(url), (transport) => connectBy(transport, url, within))

const connectBy = (transport: Transport.Options, url: MysqlUrl, within: Duration.Duration) =>
  Effect.async<Mysql.Connection, SqlError>((resume) => {
    const connection = Mysql.createConnection({
      ...decoding,
      ...transport,
      user: url.user,
      password: Redacted.value(url.password),
      ...(url.database === "" ? {} : { database: url.database }),
      connectTimeout: Duration.toMillis(within)
    })
    // Without a listener, a connection lost while idle would be an uncaught exception.
    connection.on("error", () => {})
    connection.connect((error) => resume(error === null ? Effect.succeed(connection) : Effect.fail(sqlError(error))))
  })

const close = (connection: Mysql.Connection) => Effect.sync(() => connection.destroy())

const answerOf = (rows: unknown, fields: ReadonlyArray<{ readonly name: string }> | undefined): Answer => ({
  columns: (fields ?? []).map((field) => field.name),
  rows: Array.isArray(rows) ? rows.filter((row) => Array.isArray(row)) : []
})
