import { Readable } from "node:stream"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import * as MysqlClient from "@effect/sql-mysql2/MysqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { type Driver, driverOf } from "../internal/mysqlDriver.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { faultOf, packetTooLarge, withoutValues } from "./errors.ts"
import * as SessionSettings from "./SessionSettings.ts"
import * as StatementWatch from "./StatementWatch.ts"
import * as Transport from "./Transport.ts"

/** A reserved connection, for work that needs a single one: named locks, read-only transactions, long loads. */
export interface Session {
  readonly connection: Connection
  /**
   * Runs a `LOAD DATA LOCAL INFILE` with `data` as the file. Fails if the statement fails. Changed or skipped rows are no
   * failure for the server: compare the returned numbers.
   */
  readonly infile: (sql: string, data: ReadonlyArray<Uint8Array>) => Effect.Effect<Infile, SqlError>
  /** The column names of a SELECT. The server prepares it and does not run it. */
  readonly columnsOf: (sql: string) => Effect.Effect<ReadonlyArray<string>, SqlError>
  /** Closes the connection at once, if its state is unknown. The server releases its locks. */
  readonly destroy: Effect.Effect<void>
}

/** The result of a `LOAD DATA`: the number of rows written, and of warnings. */
export interface Infile {
  readonly rows: number
  readonly warnings: number
}

/**
 * Connections to one database, with the variables of `SessionSettings`. It adds to `@effect/sql-mysql2`:
 *
 * - errors hold the driver's codes and nothing else, in spans as well;
 * - interrupting a statement stops it on the server, and no statement waits for ever (`StatementWatch`);
 * - a connection lost in a transaction is a typed error, not a defect;
 * - waiting for a free connection can be interrupted.
 */
export interface MysqlPool {
  readonly sql: SqlClient.SqlClient
  readonly reserve: Effect.Effect<Session, SqlError, Scope.Scope>
  /**
   * Reserves a connection for a publisher, which reads other tables besides. Publishers get all connections but one. If they
   * had all, each could wait for another's end before it can read.
   */
  readonly reserveToPublish: Effect.Effect<Session, SqlError, Scope.Scope>
  /** Uses one more connection if one is free now; otherwise does nothing and returns none. Never waits. */
  readonly spare: <A, E, R>(use: (session: Session) => Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E, R>
  /**
   * Runs one statement over a connection outside of the pool, to clean up (`DirectConnection.aside`). It never waits for a
   * connection of the pool. Returns whether it succeeded.
   */
  readonly aside: (sql: string) => Effect.Effect<boolean>
}

export interface Options {
  readonly url: MysqlUrl
  /** The maximum number of connections, opened on demand. */
  readonly connections: number
  /** How long a statement waits for another's locks. */
  readonly lockWait: Duration.DurationInput
  /** How long a connection may be silent before the server is probed. Default one minute. */
  readonly silence?: Duration.DurationInput | undefined
}

const silence = Duration.minutes(1)

/** Opens a pool and its first connection, both closed with the scope. */
export const make = (options: Options): Effect.Effect<MysqlPool, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const transport = yield* Transport.options(options.url)
    const client = yield* closable(
      DirectConnection.whenThereIsRoom(Effect.mapError(MysqlClient.make(clientConfig(options, transport)), withoutValues))
    )
    const free = yield* Effect.makeSemaphore(options.connections)
    const ready = new WeakMap<Driver, SessionSettings.Session>()
    const watch = yield* StatementWatch.make({ url: options.url, silence: options.silence ?? silence })

    const connect = Effect.gen(function* () {
      const bare = yield* Effect.mapError(client.reserve, withoutValues)
      const driver = driverOf(bare)
      const { columnsOf, connection, infile } = guard(bare, driver, watch, () => ready.get(driver)?.maxPacket)
      if (!ready.has(driver)) {
        const send = (sql: string) =>
          Effect.map(connection.executeUnprepared(sql, [], undefined), (rows) => rows.map(valuesOf))
        ready.set(driver, yield* SessionSettings.apply(send, options))
      }
      return { connection, infile, columnsOf, destroy: Effect.sync(() => driver.destroy()) }
    })
    // The pool's own queue cannot be interrupted, so nothing waits in it. An unavailable connection must leave its place at
    // once: if a transaction never begins, @effect/sql never closes the scope.
    const reserve: MysqlPool["reserve"] = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* restore(free.take(1))
        const own = yield* Scope.make()
        const leave = (exit: Exit.Exit<unknown, unknown>) => Effect.zipRight(Scope.close(own, exit), free.release(1))
        const connected = DirectConnection.whenThereIsRoom(Scope.extend(connect, own))
        const session = yield* Effect.onError(restore(connected), (cause) => leave(Exit.failCause(cause)))
        yield* Effect.addFinalizer(leave)
        return session
      })
    )
    const publishing = yield* Effect.makeSemaphore(Math.max(1, options.connections - 1))
    const reserveToPublish: MysqlPool["reserve"] = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* restore(publishing.take(1))
        yield* Effect.addFinalizer(() => publishing.release(1))
        return yield* restore(reserve)
      })
    )
    // Connection errors appear here, not in the first statement.
    yield* Effect.scoped(reserve)
    const spare: MysqlPool["spare"] = (use) =>
      Effect.option(connect).pipe(
        Effect.flatMap(Option.match({ onNone: () => Effect.succeedNone, onSome: (session) => Effect.asSome(use(session)) })),
        Effect.scoped,
        free.withPermitsIfAvailable(1),
        Effect.map(Option.flatten)
      )
    const acquirer = Effect.map(reserve, (session) => session.connection)
    const derived = yield* SqlClient.make({
      acquirer,
      transactionAcquirer: acquirer,
      compiler: MysqlClient.makeCompiler(),
      spanAttributes: [["db.system.name", "mysql"]]
    })
    return {
      sql: Object.assign(derived, { withTransaction: typed(derived.withTransaction) }),
      reserve,
      reserveToPublish,
      spare,
      aside: (sql: string) => DirectConnection.aside(options.url, sql)
    }
  }).pipe(Effect.provide(Reactivity.layer))

const clientConfig = ({ connections, url }: Options, transport: Transport.Options): MysqlClient.MysqlClientConfig => ({
  host: url.host,
  port: url.port,
  username: url.user,
  password: url.password,
  database: url.database,
  maxConnections: connections,
  poolConfig: {
    ...DirectConnection.decoding,
    ...transport,
    connectTimeout: Duration.toMillis(DirectConnection.connectTimeout),
    maxIdle: connections,
    // Every load prepares its own large statements, of which the driver would keep 16,000.
    maxPreparedStatements: 32
  }
})

/** Closes with the scope, within two seconds, since an unresponsive server does not confirm. */
const closable = <A, E, R>(
  open: Effect.Effect<A, E, R | Scope.Scope>
): Effect.Effect<A, E, Exclude<R, Scope.Scope> | Scope.Scope> =>
  Effect.flatMap(Scope.make(), (own) =>
    Effect.zipRight(
      Effect.addFinalizer((exit) =>
        Effect.flatMap(Effect.forkDaemon(Scope.close(own, exit)), (closing) =>
          Effect.timeoutOption(Effect.interruptible(Fiber.await(closing)), "2 seconds")
        )
      ),
      Scope.extend(open, own)
    )
  )

const valuesOf = (row: object): ReadonlyArray<unknown> => Object.values(row)

/** COMMIT and ROLLBACK die with the driver's error if the connection is lost. This makes it a typed error. */
const typed =
  (withTransaction: SqlClient.SqlClient["withTransaction"]): SqlClient.SqlClient["withTransaction"] =>
  (effect) =>
    Effect.catchAllDefect(withTransaction(effect), (defect) =>
      defect instanceof SqlError ? Effect.fail(defect) : Effect.die(defect)
    )

const guard = (
  bare: Connection,
  driver: Driver,
  watch: StatementWatch.StatementWatch,
  maxPacket: () => number | undefined
): Pick<Session, "columnsOf" | "connection" | "infile"> => {
  const run = <A>(statement: Effect.Effect<A, SqlError>, sql = "", params: ReadonlyArray<unknown> = []) =>
    watch.run(driver, Effect.mapError(statement, explained(sql, params, maxPacket)))
  const connection: Connection = {
    execute: (sql, params, transform) =>
      Effect.catchIf(run(bare.execute(sql, params, transform), sql, params), needsPreparing, () =>
        run(bare.executeUnprepared(sql, params, transform), sql, params)
      ),
    executeRaw: (sql, params) => run(bare.executeRaw(sql, params), sql, params),
    executeValues: (sql, params) => run(bare.executeValues(sql, params), sql, params),
    // A lost connection has rolled back. Report the error that broke it, not the loss.
    executeUnprepared: (sql, params, transform) =>
      sql === "ROLLBACK"
        ? Effect.catchIf(run(bare.executeUnprepared(sql, params, transform)), isFatal, () => Effect.succeed([]))
        : run(bare.executeUnprepared(sql, params, transform), sql, params),
    executeStream: () =>
      Stream.fail(new SqlError({ message: "streaming is not offered: it hangs when it is stopped early" }))
  }
  return {
    connection,
    infile: (sql, data) => run(infile(driver, sql, data)),
    columnsOf: (sql) => run(columnsOf(driver, sql))
  }
}

/**
 * A server with more open tables than its `table_definition_cache` forgets views at once, so it can never prepare a SELECT from one
 * (ER_NEED_REPREPARE). The transaction survives, and the statement's text can be sent instead.
 */
const needsPreparing = (error: SqlError) => faultOf(error.cause).errno === 1615

/** Measures only failed statements, since a server closes the connection if a statement is too long. */
const explained =
  (sql: string, params: ReadonlyArray<unknown>, maxPacket: () => number | undefined) =>
  (error: SqlError): SqlError => {
    const bare = withoutValues(error)
    const limit = maxPacket()
    if (limit === undefined || !isTooLong(bare)) return bare
    const length = params.reduce<number>((sum, value) => sum + lengthOf(value), Buffer.byteLength(sql))
    return length > limit ? packetTooLarge({ length, limit }) : bare
  }

/** ER_NET_PACKET_TOO_LARGE, or just a lost connection. */
const isTooLong = (error: SqlError) => isFatal(error) || faultOf(error.cause).errno === 1153

const lengthOf = (value: unknown): number =>
  typeof value === "string" ? Buffer.byteLength(value) : value instanceof Uint8Array ? value.length : 8

const infile = (driver: Driver, sql: string, data: ReadonlyArray<Uint8Array>) =>
  Effect.async<Infile, SqlError>((resume) => {
    driver.query(
      { sql, infileStreamFactory: () => Readable.from(data, { objectMode: false }) },
      (cause, { affectedRows, warningStatus } = { affectedRows: 0, warningStatus: 0 }) =>
        resume(
          cause === null
            ? Effect.succeed({ rows: affectedRows, warnings: warningStatus })
            : new SqlError({ cause, message: "LOAD DATA failed" })
        )
    )
  })

const columnsOf = (driver: Driver, sql: string) =>
  Effect.async<ReadonlyArray<string>, SqlError>((resume) => {
    driver.prepare({ sql }, (cause, statement) => {
      if (cause !== null) return resume(new SqlError({ cause, message: "PREPARE failed" }))
      driver.unprepare(sql)
      resume(Effect.succeed(statement.columns.map(({ name }) => name)))
    })
  })

const isFatal = (error: SqlError) => {
  const fault = faultOf(error.cause)
  return fault.fatal || fault.errno === undefined
}
