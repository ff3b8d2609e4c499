import type { SqlError } from "@effect/sql/SqlError"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { StepContext } from "@sluice/core/run/StepContext"
import type { CheckFailed } from "@sluice/core/run/StepFailure"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import type * as Table from "../Table.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { CurrentSession } from "./CurrentSession.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { faultOf, statementFailed } from "./errors.ts"
import type { Loader } from "./Loader.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly server: MysqlServer
  readonly load: Loader
  /** How long a publisher waits for another of the same table. */
  readonly lockWait: Duration.DurationInput
}

/**
 * Replaces a table's rows and answers how many there are. On one connection: takes the table's named lock, drops what dead
 * runs left, fills and indexes a staging table, has the blocking checks look at it, and swaps it in with one RENAME TABLE,
 * which readers see whole or not at all. The lock is the connection's: it dies with its owner. Whatever happens, no staging
 * table is left while the server can be reached; of a crash, the next publish cleans up.
 */
export const publish = Effect.fn("Publisher.publish")(function* (
  options: Options,
  table: Table.Any,
  rows: Dataset.Dataset<Readonly<Record<string, unknown>>>
): Effect.fn.Return<number, WarehouseFailed | SpillFailed | CheckFailed, StepContext> {
  const { load, pool, server } = options
  const doing = `publish ${table.name}`
  const failed = statementFailed(doing)
  if (table.name.length > longestName) {
    return yield* new WarehouseFailed({
      reason: "Misconfigured",
      operation: doing,
      detail: `its name is longer than ${longestName} characters, and staging tables need the rest of the 64. Give it a shorter name.`
    })
  }
  const suffix = yield* makeSuffix
  const staging = `${table.name}__staging_${suffix}`
  const old = `${table.name}__old_${suffix}`

  const onSession = Effect.fnUntraced(function* (session: Session) {
    yield* takeLock(session, table, options.lockWait)
    const present = yield* Effect.mapError(tablesAround(session, table), failed)
    const leftovers = present.filter((name) => name !== table.name)
    if (leftovers.length > 0) yield* Effect.mapError(dropTables(session, leftovers), failed)
    yield* Effect.mapError(execute(session, Ddl.createTable(table, staging, server)), failed)
    const count = yield* load({ session, server, table, into: staging, rows })
    const indexes = Ddl.addIndexes(table, staging)
    if (indexes !== undefined) yield* Effect.mapError(execute(session, indexes), failed)
    yield* Effect.provideService(StepContext.staged(staging), CurrentSession, session)
    const away = present.includes(table.name) ? `${quote(table.name)} TO ${quote(old)}, ` : ""
    const swap = execute(session, `RENAME TABLE ${away}${quote(staging)} TO ${quote(table.name)}`)
    yield* Effect.mapError(Deadlock.retried(swap), failed)
    return count
  })

  return yield* Effect.scoped(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const session = yield* restore(pool.reserve).pipe(Effect.mapError(failed))
        const exit = yield* Effect.exit(restore(onSession(session)))
        const cleaned = yield* Effect.exit(afterwards(session, [staging, old]))
        // The connection is gone, or in a state that nobody knows: it takes the lock with it, and another one cleans up.
        if (Exit.isFailure(cleaned)) {
          yield* session.destroy
          yield* pool.aside(dropStatement([staging, old]))
        }
        return yield* exit
      })
    )
  )
})

/** Room for `__staging_` and eight characters. */
const longestName = 64 - 18

const makeSuffix = Effect.map(Effect.all([part(), part()]), ([a, b]) => a + b)

function part() {
  return Effect.map(Random.nextIntBetween(0, 36 ** 4), (number) => number.toString(36).padStart(4, "0"))
}

const execute = (session: Session, sql: string) => session.connection.executeUnprepared(sql, [], undefined)

// At most 64 characters. MySQL 9 has SHA1 and MD5 no more.
const lockName = "CONCAT('sluice:', LEFT(SHA2(CONCAT(DATABASE(), '.', ?), 256), 40))"

const takeLock = Effect.fnUntraced(function* (session: Session, table: Table.Any, wait: Duration.DurationInput) {
  const seconds = Math.ceil(Duration.toSeconds(wait))
  const rows = yield* Effect.mapError(
    session.connection.executeValues(`SELECT GET_LOCK(${lockName}, ${seconds})`, [table.name]),
    statementFailed(`publish ${table.name}`)
  )
  if (Number(rows[0]?.[0]) === 1) return
  return yield* new WarehouseFailed({
    reason: "Conflict",
    operation: `publish ${table.name}`,
    detail: `another run is publishing "${table.name}", and has not ended within ${Duration.format(Duration.seconds(seconds))}. Wait for it to end, or stop it, and run again.`
  })
})

/** Of this table: itself, and staging and old tables. Whoever holds the lock knows that nobody alive uses those. */
const tablesAround = (session: Session, table: Table.Any): Effect.Effect<ReadonlyArray<string>, SqlError> =>
  Effect.map(
    session.connection.executeValues(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND LEFT(table_name, ?) = ?",
      [table.name.length, table.name]
    ),
    (rows) => rows.map(([name]) => String(name)).filter((name) => isAround(name, table.name))
  )

const isAround = (name: string, table: string) =>
  name === table || (name.startsWith(table) && /^__(?:staging|old)_[0-9a-z]{8}$/.test(name.slice(table.length)))

const afterwards = (session: Session, names: ReadonlyArray<string>) =>
  Effect.zipRight(dropTables(session, names), execute(session, "SELECT RELEASE_ALL_LOCKS()"))

/** A KILL meant for the statement before may hit this one instead: it is sent again. */
const dropTables = (session: Session, names: ReadonlyArray<string>) =>
  Effect.retry(execute(session, dropStatement(names)), {
    times: 2,
    while: (error) => faultOf(error.cause).errno === 1317
  })

const dropStatement = (names: ReadonlyArray<string>) => `DROP TABLE IF EXISTS ${Ddl.list(names)}`
