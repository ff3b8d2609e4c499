import * as Reactivity from "@effect/experimental/Reactivity"
import * as Client from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import * as Statement from "@effect/sql/Statement"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Driver from "../internal/libsqlDriver.ts"
import * as Fault from "./LibsqlFault.ts"

export interface Options {
  /** A path, or a `file:` URI: `file:///…?mode=ro` cannot be written. */
  readonly path: string
  /** Statements that prepare the connection. */
  readonly setup?: ReadonlyArray<string>
  /** How long to wait for other connections before failing as busy. Default: 30 seconds. */
  readonly patience?: Duration.DurationInput
}

/** One connection to a libSQL file, which its users take turns at: a transaction is one turn. */
export interface LibsqlClient {
  /** The same connection as `@effect/sql` has it. `withTransaction` is the one below. */
  readonly sql: Client.SqlClient
  /** Uses the connection in one go, without letting the event loop run: keep it short. */
  readonly use: <A>(f: (session: Session) => A) => Effect.Effect<A, SqlError>
  /**
   * Runs an effect as one transaction, `BEGIN IMMEDIATE`: all of it or nothing, also when it fails or is interrupted. Inside
   * of another one it is a savepoint. Statements of the same fiber are in it; those of others wait.
   *
   * What SQLite puts aside while it works, rows that it sorts for an index above all, stays in memory, however much it is;
   * with `aside: "file"`, for data that anyone may read, all but a cacheful goes to files without a name, in plain text.
   */
  readonly withTransaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly aside: Aside }
  ) => Effect.Effect<A, E | SqlError, R>
  /** Whether the calling fiber is in a transaction. */
  readonly inTransaction: Effect.Effect<boolean>
}

type Aside = "memory" | "file"

/** The connection, as `use` gives it: synchronous, statements cached by their text. Throws the driver's errors. */
export interface Session {
  readonly database: Driver.Database
  /** Runs a statement for its effect. */
  readonly run: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => void
  /** The rows that a statement answers, as arrays in the order of its columns. */
  readonly values: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => ReadonlyArray<ReadonlyArray<unknown>>
  /** The rows that a statement answers, as objects. */
  readonly rows: (sql: string, parameters: ReadonlyArray<Driver.Bound>) => ReadonlyArray<unknown>
}

/** Opens a connection, closed with the scope. Loads the native module on first use. */
export const make = Effect.fn("LibsqlClient.make")(function* (
  options: Options
): Effect.fn.Return<LibsqlClient, SqlError, Scope.Scope> {
  const open = yield* Effect.mapError(Driver.load, Fault.toSqlError)
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => open(options.path), catch: Fault.toSqlError }),
    (connection) =>
      Effect.sync(() => {
        // Statements live on until they are collected, and with them the connection and the locks of its transaction.
        if (connection.inTransaction) connection.exec("ROLLBACK")
        connection.close()
      })
  )
  const session = sessionOf(database)
  const patience = Duration.toMillis(options.patience ?? "30 seconds")
  const turns = yield* Effect.makeSemaphore(1)
  const current = yield* FiberRef.make<Transaction | undefined>(undefined)

  /** Waits for other connections without blocking the event loop. */
  const attempt = <A>(f: (session: Session) => A): Effect.Effect<A, SqlError> => {
    const once = Effect.either(Effect.try({ try: () => f(session), catch: Fault.toSqlError }))
    return Effect.gen(function* () {
      const since = yield* Clock.currentTimeMillis
      for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
        const result = yield* once
        if (Either.isRight(result)) return result.right
        const busy = Fault.isBusy(Fault.of(result.left))
        if (!busy || (yield* Clock.currentTimeMillis) - since >= patience) return yield* result.left
        yield* Effect.interruptible(Effect.sleep(wait))
      }
    })
  }

  const inTransaction = Effect.map(FiberRef.get(current), (transaction) => transaction?.open === true)
  const use = <A>(f: (session: Session) => A) =>
    Effect.flatMap(inTransaction, (inside) => (inside ? attempt(f) : turns.withPermits(1)(attempt(f))))

  const outermost = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* attempt(({ database }) => database.exec("BEGIN IMMEDIATE"))
        const transaction: Transaction = { open: true, savepoints: 0 }
        const work = Effect.locally(restore(effect), current, transaction)
        const commit = attempt(({ database }) => database.exec("COMMIT"))
        const exit = yield* Effect.exit(Effect.zipLeft(work, commit))
        transaction.open = false
        // A failed COMMIT may leave the transaction open, and a full disk may have rolled it back already.
        if (Exit.isFailure(exit) && database.inTransaction) {
          yield* Effect.orDie(attempt(({ database }) => database.exec("ROLLBACK")))
        }
        return yield* exit
      })
    )

  const nested = <A, E, R>(effect: Effect.Effect<A, E, R>, outer: Transaction): Effect.Effect<A, E | SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const name = `sluice_${outer.savepoints++}`
        yield* attempt(({ database }) => database.exec(`SAVEPOINT ${name}`))
        const exit = yield* Effect.exit(restore(effect))
        const undo = Exit.isFailure(exit) ? `ROLLBACK TO ${name};` : ""
        if (database.inTransaction) yield* Effect.orDie(attempt(({ database }) => database.exec(`${undo} RELEASE ${name}`)))
        return yield* exit
      })
    )

  // SQLite changes this between transactions only.
  const putAside = (aside: Aside) => attempt(({ database }) => database.exec(`PRAGMA temp_store = ${aside}`))
  const inFile = <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      putAside("file"),
      () => transaction,
      () => Effect.orDie(putAside("memory"))
    )

  const withTransaction: LibsqlClient["withTransaction"] = (effect, { aside } = { aside: "memory" }) =>
    Effect.flatMap(FiberRef.get(current), (transaction) => {
      if (transaction?.open === true) return nested(effect, transaction)
      return turns.withPermits(1)(aside === "file" ? inFile(outermost(effect)) : outermost(effect))
    })

  // Not every system's build of libSQL need have been told so.
  yield* putAside("memory")
  for (const statement of options.setup ?? []) yield* attempt(({ database }) => database.exec(statement))
  const base = yield* Effect.provide(
    Client.make({
      acquirer: Effect.succeed(connectionOf(use)),
      compiler: Statement.makeCompilerSqlite(),
      spanAttributes: [["db.system.name", "sqlite"]]
    }),
    Reactivity.layer
  )
  // Ours waits for other processes, tells a failed COMMIT as an error, and belongs to this connection alone.
  const sql = Object.assign(base, { withTransaction })
  return { sql, use, withTransaction, inTransaction }
})

interface Transaction {
  open: boolean
  savepoints: number
}

const cachedStatements = 64

const sessionOf = (database: Driver.Database): Session => {
  const cache = new Map<string, Driver.Statement>()
  const prepared = (sql: string): Driver.Statement => {
    const found = cache.get(sql)
    if (found !== undefined) return found
    const statement = database.prepare(sql)
    for (const oldest of cache.keys()) {
      if (cache.size < cachedStatements) break
      cache.delete(oldest)
    }
    cache.set(sql, statement)
    return statement
  }
  const all = (sql: string, parameters: ReadonlyArray<Driver.Bound>, raw: boolean) => {
    const statement = prepared(sql)
    if (statement.reader) {
      statement.raw(raw)
      return statement.all(parameters)
    }
    statement.run(parameters)
    return []
  }
  return {
    database,
    run: (sql, parameters) => void prepared(sql).run(parameters),
    values: (sql, parameters) => Driver.rowsOf<ReadonlyArray<unknown>>(all(sql, parameters, true)),
    rows: (sql, parameters) => all(sql, parameters, false)
  }
}

const connectionOf = (use: LibsqlClient["use"]): Connection => {
  type Transform = Parameters<Connection["execute"]>[2]
  const execute = (sql: string, parameters: ReadonlyArray<unknown>, transform: Transform) =>
    Effect.map(
      use((session) => session.rows(sql, parameters.map(bound))),
      (rows) => (transform === undefined ? rows : transform(Driver.rowsOf<object>(rows)))
    )
  return {
    execute,
    executeUnprepared: execute,
    executeRaw: (sql, parameters) => execute(sql, parameters, undefined),
    executeValues: (sql, parameters) => use((session) => session.values(sql, parameters.map(bound))),
    executeStream: (sql, parameters, transform) => Stream.fromIterableEffect(execute(sql, parameters, transform))
  }
}

const bound = (value: unknown): Driver.Bound => {
  if (value === null || value === undefined) return null
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof Uint8Array) return value
  throw new TypeError("a parameter of a type that SQLite has not")
}
