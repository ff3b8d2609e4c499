import type { SqlError } from "@effect/sql/SqlError"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import { rowCount } from "../checks/RowCount.ts"
import type { SqlDialect } from "../sql/SqlDialect.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Mark } from "../WarehouseReader.ts"
import type { Blockers } from "./Blockers.ts"
import { CurrentSession } from "./CurrentSession.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { faultOf, statementFailed } from "./errors.ts"
import type { Loaded, Loader } from "./Loader.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as TableLock from "./TableLock.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly words: SqlDialect
  readonly server: MysqlServer
  readonly load: Loader
  readonly locks: TableLock.TableLock
  readonly blockers: Blockers
  /** Refuses rows that were read before a person was erased. Called under the table's lock, on the session that holds it. */
  readonly gate: (session: Session, runId: string, operation: string) => Effect.Effect<void, WarehouseFailed>
  readonly marks: Marks
}

/** Which run last wrote each table, read on the session that holds its lock. */
export interface Marks {
  readonly clear: (session: Session, table: string) => Effect.Effect<void, WarehouseFailed>
  readonly set: (session: Session, table: string, runId: string, rows: number) => Effect.Effect<void, WarehouseFailed>
  readonly find: (session: Session, table: string) => Effect.Effect<Mark | undefined, WarehouseFailed>
}

/** The number of a table's rows, from its mark, or counted if there is none. Counting millions takes seconds. */
export const rowsOf = (session: Session, table: string, mark: Mark | undefined): Effect.Effect<number, SqlError> =>
  mark?.rows !== undefined
    ? Effect.succeed(mark.rows)
    : Effect.map(session.connection.executeValues(`SELECT COUNT(*) FROM ${quote(table)}`, []), ([row]) => Number(row?.[0]))

/**
 * Replaces a table's rows. Returns their number, and how they were loaded. On one connection, it takes the table's named lock,
 * drops staging tables of dead runs, fills and indexes a staging table, and runs the blocking checks on it. One RENAME TABLE
 * swaps it in, so readers see all old rows or all new rows. The lock belongs to the connection and ends with it. No staging
 * table remains if the server can be reached; after a crash, the next publish drops it.
 */
export const publish = Effect.fn("Publisher.publish")(function* <E>(
  options: Options,
  table: Table.Any,
  fill: (session: Session, staging: string) => Effect.Effect<Loaded, E, StepContext>
): Effect.fn.Return<Loaded, WarehouseFailed | CheckFailed | E, StepContext> {
  const { server } = options
  const doing = `publish ${table.name}`
  const failed = statementFailed(doing)
  yield* demandShortName(table.name, doing)
  const suffix = yield* makeSuffix
  const staging = `${table.name}__staging_${suffix}`
  const old = `${table.name}__old_${suffix}`

  const onSession = Effect.fnUntraced(function* (session: Session, present: ReadonlyArray<string>) {
    const { runId } = yield* StepContext
    yield* Effect.mapError(execute(session, Ddl.createTable(table, staging, server)), failed)
    const loaded = yield* fill(session, staging)
    const indexes = Ddl.addIndexes(table, staging)
    if (indexes !== undefined) yield* Effect.mapError(execute(session, indexes), failed)
    const mark = yield* options.marks.find(session, table.name)
    const isThere = present.includes(table.name)
    const before = isThere ? yield* Effect.mapError(rowsOf(session, table.name, mark), failed) : 0
    const staged = StepContext.staged(staging, { rows: loaded.rows, before }, [rowCount(table)])
    yield* Effect.provideService(staged, CurrentSession, session)
    const away = isThere ? `${quote(table.name)} TO ${quote(old)}, ` : ""
    const swap = execute(session, `RENAME TABLE ${away}${quote(staging)} TO ${quote(table.name)}`)
    // Without a mark of its last run, no changes are applied to the table.
    yield* options.marks.clear(session, table.name)
    yield* options.blockers.insist([table.name])(Effect.mapError(Deadlock.retried(swap), failed))
    yield* Effect.ignore(options.marks.set(session, table.name, runId, loaded.rows))
    return loaded
  })
  return yield* alone(options, table.name, [staging, old], onSession)
})

/**
 * Runs on one connection, under the table's named lock and past the gate, after dead runs' tables are dropped. `present` are
 * the remaining tables around this one. At the end, the temporary tables are always dropped.
 */
export const alone = <A, E, R>(
  options: Pick<Options, "pool" | "locks" | "gate">,
  table: string,
  temporary: ReadonlyArray<string>,
  effect: (session: Session, present: ReadonlyArray<string>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | WarehouseFailed, R | StepContext> => {
  const doing = `publish ${table}`
  const failed = statementFailed(doing)
  const onSession = Effect.fnUntraced(function* (session: Session) {
    const { runId } = yield* StepContext
    yield* options.locks.take(session, table, doing, runId)
    yield* options.gate(session, runId, doing)
    const present = yield* Effect.mapError(tablesAround(session, table), failed)
    const leftovers = yield* abandonedOf(
      options.locks,
      session,
      present.filter((name) => name !== table),
      doing
    )
    if (leftovers.length > 0) yield* Effect.mapError(dropTables(session, leftovers), failed)
    return yield* effect(
      session,
      present.filter((name) => name === table)
    )
  })
  const { aside, reserveToPublish: reserve } = options.pool
  return reserved({ aside, reserve }, doing, temporary, onSession)
}

/**
 * Runs on one reserved connection. At the end, its named locks are released, and the temporary tables are always dropped.
 */
export const reserved = <A, E, R>(
  { aside, reserve }: Pick<MysqlPool, "aside" | "reserve">,
  doing: string,
  temporary: ReadonlyArray<string>,
  onSession: (session: Session) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | WarehouseFailed, R> =>
  Effect.scoped(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const session = yield* restore(reserve).pipe(Effect.mapError(statementFailed(doing)))
        const exit = yield* Effect.exit(restore(onSession(session)))
        const cleaned = yield* Effect.exit(afterwards(session, temporary))
        // The connection is lost or in an unknown state. Closing it releases the lock, and another connection cleans up.
        if (Exit.isFailure(cleaned)) {
          yield* session.destroy
          if (temporary.length > 0) yield* aside(dropStatement(temporary))
        }
        return yield* exit
      })
    )
  )

/** Fails if a table's name leaves no room for the suffix of its staging tables. */
export const demandShortName = (table: string, doing: string): Effect.Effect<void, WarehouseFailed> =>
  table.length <= longestName
    ? Effect.void
    : new WarehouseFailed({
        reason: "Misconfigured",
        operation: doing,
        detail: `its name is longer than ${longestName} characters, and staging tables need the rest of the 64. Give it a shorter name.`
      })

/** Room for `__staging_` and eight characters. */
const longestName = 64 - 18

/** Eight random characters, so that no two publishers use the same tables. */
export const makeSuffix = Effect.map(Effect.all([part(), part()]), ([a, b]) => a + b)

function part() {
  return Effect.map(Random.nextIntBetween(0, 36 ** 4), (number) => number.toString(36).padStart(4, "0"))
}

export const execute = (session: Session, sql: string) => session.connection.executeUnprepared(sql, [], undefined)

/**
 * A table with its staging and old tables. The holder of its lock knows that no living run uses them, except for a slice's, which
 * have locks of their own: see `abandonedOf`.
 */
export const tablesAround = (session: Session, table: string): Effect.Effect<ReadonlyArray<string>, SqlError> =>
  Effect.map(
    session.connection.executeValues(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND LEFT(table_name, ?) = ?",
      [table.length, table]
    ),
    (rows) => rows.map(([name]) => String(name)).filter((name) => isAround(name, table))
  )

const isAround = (name: string, table: string) =>
  name === table || (name.startsWith(table) && /^__(?:staging|old|slice)_[0-9a-z]{8}$/.test(name.slice(table.length)))

/**
 * The staging tables that no living run uses. While a run writes a slice, it holds the lock of its staging table, and not that of
 * the table. Call it under the lock of the table.
 */
export const abandonedOf = (
  locks: TableLock.TableLock,
  session: Session,
  names: ReadonlyArray<string>,
  doing: string
): Effect.Effect<ReadonlyArray<string>, WarehouseFailed> =>
  Effect.filter(names, (name) => (ofSlice.test(name) ? locks.tryTake(session, name, doing) : Effect.succeed(true)))

/** The name of a slice's staging table. */
export const ofSlice = /__slice_[0-9a-z]{8}$/

const afterwards = (session: Session, names: ReadonlyArray<string>) =>
  Effect.zipRight(names.length === 0 ? Effect.void : dropTables(session, names), TableLock.releaseAll(session))

/** Drops tables that may not exist. A KILL for the previous statement may hit this one, so it is retried. */
export const dropTables = (session: Session, names: ReadonlyArray<string>) =>
  Effect.retry(execute(session, dropStatement(names)), {
    times: 2,
    while: (error) => faultOf(error.cause).errno === 1317
  })

const dropStatement = (names: ReadonlyArray<string>) => `DROP TABLE IF EXISTS ${Ddl.list(names)}`
