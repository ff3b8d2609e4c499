import * as Reactivity from "@effect/experimental/Reactivity"
import * as Client from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import * as Statement from "@effect/sql/Statement"
import * as Monotonic from "@sluice/core/Monotonic"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Driver from "../internal/libsqlDriver.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Session from "./LibsqlSession.ts"

export interface Options {
  /** A path, or a `file:` URI: `file:///…?mode=ro` opens it read-only. */
  readonly path: string
  /** Statements that set up the connection. */
  readonly setup?: ReadonlyArray<string>
  /** The longest wait for other connections before failing as busy. Default: 30 seconds. */
  readonly patience?: Duration.DurationInput
}

/** One connection to a libSQL file. Its users take turns, and a transaction is one turn. */
export interface LibsqlClient {
  /** The connection as an `@effect/sql` client. Its `withTransaction` is the one below. */
  readonly sql: Client.SqlClient
  /** Uses the connection synchronously, without yielding to the event loop. Keep it short. */
  readonly use: <A>(f: (session: Session.Session) => A) => Effect.Effect<A, SqlError>
  /**
   * Runs a long statement off the main thread and returns its rows, which should be few. An interruption ends the statement
   * first, and rolls its transaction back. With `readOnly`, the statement cannot write.
   */
  readonly beside: (
    sql: string,
    parameters?: ReadonlyArray<Driver.Bound>,
    options?: { readonly readOnly: boolean }
  ) => Effect.Effect<Rows, SqlError>
  /**
   * Starts work of the driver on its own thread. The connection is locked until the promise settles. No statement of the
   * connection may be collected before, since that would wait on the main thread. An interruption ends the statement first.
   */
  readonly offThread: <A>(start: (session: Session.Session) => Promise<A>) => Effect.Effect<A, SqlError>
  /**
   * Opens a temporary database without a file name, for the scope's lifetime, and returns its schema name. Only this connection
   * sees it. What exceeds the cache goes to an unnamed file in plain text, so use it for public data only. It is not
   * transactional, and it ends with the process. Waits while eight others are open.
   */
  readonly nameless: Effect.Effect<string, SqlError, Scope.Scope>
  /**
   * Runs an effect as one transaction, `BEGIN IMMEDIATE`. It is rolled back if it fails or is interrupted. Within another
   * transaction it is a savepoint. Statements of the same fiber belong to it; those of other fibers wait.
   *
   * SQLite's temporary data, mostly rows that it sorts for an index, stays in memory. With `aside: "file"`, for public data
   * only, what exceeds the cache goes to unnamed files in plain text.
   */
  readonly withTransaction: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly aside: Aside }
  ) => Effect.Effect<A, E | SqlError, R>
  /** Whether the calling fiber is in a transaction. */
  readonly inTransaction: Effect.Effect<boolean>
}

type Rows = ReadonlyArray<ReadonlyArray<unknown>>
type Aside = "memory" | "file"

/** Opens a connection, closed with the scope. Loads the native module at the first use. */
export const make = Effect.fn("LibsqlClient.make")(function* (
  options: Options
): Effect.fn.Return<LibsqlClient, SqlError, Scope.Scope> {
  const open = yield* Effect.mapError(Driver.load, Fault.toSqlError)
  // A statement on another thread locks the connection until it settles, also for other fibers of its transaction.
  const statements = Effect.unsafeMakeSemaphore(1)
  let isLocked = false
  const locking = <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> => {
    const locked = (now: boolean) =>
      Effect.sync(() => {
        isLocked = now
      })
    return statements.withPermits(1)(
      Effect.acquireUseRelease(
        locked(true),
        () => statement,
        () => locked(false)
      )
    )
  }
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => open(options.path), catch: Fault.toSqlError }),
    (connection) =>
      statements.withPermits(1)(
        Effect.sync(() => {
          // Statements keep the connection and the locks of its transaction alive until they are collected.
          if (connection.inTransaction) connection.exec("ROLLBACK")
          connection.close()
        })
      )
  )
  const session = Session.make(database)
  const patience = Duration.toMillis(options.patience ?? "30 seconds")
  const turns = yield* Effect.makeSemaphore(1)
  const current = yield* FiberRef.make<Transaction | undefined>(undefined)

  /** Waits for other connections without blocking the event loop. */
  const patient = <A>(statement: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> => {
    const once = Effect.either(locking(statement))
    return Effect.gen(function* () {
      const since = yield* Monotonic.millis
      for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
        const result = yield* once
        if (Either.isRight(result)) return result.right
        if (!isBusy(result.left) || (yield* Monotonic.millis) - since >= patience) return yield* result.left
        yield* Effect.interruptible(Effect.sleep(wait))
      }
    })
  }
  /** Takes the lock only if it must: that takes longer than a short statement. */
  const attempt = <A>(f: (session: Session.Session) => A): Effect.Effect<A, SqlError> => {
    const statement = Effect.try({ try: () => f(session), catch: Fault.toSqlError })
    const waiting = patient(statement)
    return Effect.suspend(() => (isLocked ? waiting : Effect.catchIf(statement, isBusy, () => waiting)))
  }
  const settled = <A>(start: (session: Session.Owned) => Promise<A>) =>
    Effect.async<A, SqlError>((resume) => {
      const running = start(session)
      running.then(
        (answer) => resume(Effect.succeed(answer)),
        (thrown) => resume(Effect.fail(Fault.toSqlError(thrown)))
      )
      return untilSettled(running, () => database.interrupt())
    })
  const attemptBeside = (sql: string, parameters: ReadonlyArray<Driver.Bound>, readOnly = false) => {
    const answer = settled((own) => own.beside(sql, parameters))
    const queryOnly = (on: boolean) => Effect.sync(() => database.exec(`PRAGMA query_only = ${on}`))
    return patient(
      readOnly
        ? Effect.acquireUseRelease(
            queryOnly(true),
            () => answer,
            () => queryOnly(false)
          )
        : answer
    )
  }

  const inTransaction = Effect.map(FiberRef.get(current), (transaction) => transaction?.open === true)
  const inTurn = <A>(statement: Effect.Effect<A, SqlError>) =>
    Effect.flatMap(inTransaction, (inside) => (inside ? statement : turns.withPermits(1)(statement)))
  const use = <A>(f: (session: Session.Session) => A) => inTurn(attempt(f))
  const offThread: LibsqlClient["offThread"] = (start) => inTurn(patient(settled(start)))
  const beside: LibsqlClient["beside"] = (sql, parameters = [], options) =>
    inTurn(attemptBeside(sql, parameters, options?.readOnly))

  const outermost = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* attempt(({ database }) => database.exec("BEGIN IMMEDIATE"))
        const transaction: Transaction = { open: true, savepoints: 0 }
        const work = Effect.locally(restore(effect), current, transaction)
        const commit = attemptBeside("COMMIT", [])
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
        const name = `sluice_${outer.savepoints}`
        yield* attempt((session) => session.run(`SAVEPOINT ${name}`, []))
        outer.savepoints++
        const exit = yield* Effect.exit(restore(effect))
        outer.savepoints--
        const end = attempt((session) => {
          if (!database.inTransaction) return
          if (Exit.isFailure(exit)) session.run(`ROLLBACK TO ${name}`, [])
          session.run(`RELEASE ${name}`, [])
        })
        yield* Effect.orDie(end)
        return yield* exit
      })
    )

  // SQLite changes this only between transactions.
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

  const slots = yield* Effect.makeSemaphore(namelessAtMost)
  let namelessMade = 0
  const nameless = Effect.gen(function* () {
    yield* Effect.uninterruptibleMask((restore) =>
      Effect.zipRight(
        restore(slots.take(1)),
        Effect.addFinalizer(() => slots.release(1))
      )
    )
    const name = `sluice_aside_${namelessMade++}`
    let attached = false
    const attach = use(({ database }) => {
      // Memory or file is decided when the database is attached.
      database.exec("PRAGMA temp_store = file")
      try {
        database.exec(`ATTACH '' AS ${name}`)
        attached = true
      } finally {
        database.exec("PRAGMA temp_store = memory")
      }
      database.exec(`PRAGMA ${name}.journal_mode = MEMORY`)
      database.exec(`PRAGMA ${name}.synchronous = OFF`)
    })
    const detach = Effect.suspend(() =>
      attached ? Effect.orDie(use(({ database }) => database.exec(`DETACH ${name}`))) : Effect.void
    )
    yield* Effect.acquireReleaseInterruptible(attach, () => detach)
    return name
  })

  // Some builds of libSQL have another default.
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
  // Our `withTransaction` waits for other processes, fails with the error of a failed COMMIT, and uses this connection only.
  const sql = Object.assign(base, { withTransaction })
  return { sql, use, beside, offThread, nameless, withTransaction, inTransaction }
})

const isBusy = (error: SqlError): boolean => Fault.isBusy(Fault.of(error))

interface Transaction {
  open: boolean
  /** The number of savepoints that are open. */
  savepoints: number
}

/** SQLite attaches ten databases at most: one is the sensitive file, one is needed by VACUUM. */
const namelessAtMost = 8

/** Interrupts repeatedly until the promise settles, since an interrupt before the statement has begun is lost. */
const untilSettled = (running: Promise<unknown>, interrupt: () => void): Effect.Effect<void> =>
  Effect.async((resume) => {
    interrupt()
    const again = setInterval(interrupt, 10)
    const settled = () => {
      clearInterval(again)
      resume(Effect.void)
    }
    running.then(settled, settled)
  })

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
