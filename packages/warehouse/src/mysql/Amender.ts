import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { StepContext } from "@sluice/core/run/StepContext"
import type { CheckFailed } from "@sluice/core/run/StepFailure"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Amended from "../Amended.ts"
import type * as Column from "../Column.ts"
import * as Table from "../Table.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { CurrentSession } from "./CurrentSession.ts"
import * as Ddl from "./ddl.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { Way } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"

/**
 * Applies changes to a table. Under the locks of a publish, the new rows and the ids of the old ones are loaded into tables of
 * their own; then one transaction deletes, inserts, and has the blocking checks look at the table. A reader sees all of it or
 * nothing, and whatever happens before the commit leaves the table as it was. Costs what the changed rows do, not the others,
 * as long as `by` begins the table's key.
 */
export const amend = Effect.fn("Amender.amend")(function* (
  options: Publisher.Options,
  table: Table.Any,
  changes: Changes.Changes<Readonly<Record<string, unknown>>>,
  by: string
): Effect.fn.Return<Done, WarehouseFailed | SpillFailed | CheckFailed, StepContext> {
  const { load, marks, pool, server } = options
  const failed = statementFailed(`publish ${table.name}`)
  const suffix = yield* Publisher.makeSuffix
  const staging = `${table.name}__staging_${suffix}`
  const gone = `${table.name}__gone_${suffix}`
  const step = yield* StepContext

  const apply = Effect.fnUntraced(function* (session: Session) {
    const { connection } = session
    const key = keyTable(table, by)
    const ids = Dataset.map(changes.gone, (id) => ({ [by]: id }))
    yield* Effect.mapError(Publisher.execute(session, Ddl.createTable(key, gone, server)), failed)
    yield* load({ session, pool, server, table: key, into: gone, rows: ids }).pipe(
      Effect.provideService(StepContext, { ...step, progress: () => {} })
    )
    yield* Effect.mapError(Publisher.execute(session, Ddl.createTable(table, staging, server)), failed)
    const loaded = yield* load({ session, pool, server, table, into: staging, rows: changes.rows })
    const columns = Ddl.list(Table.columnNames(table))
    const run = (sql: string) =>
      Effect.mapError(
        Effect.zipRight(Publisher.execute(session, sql), connection.executeValues("SELECT ROW_COUNT()", [])),
        failed
      )
    const write = Effect.gen(function* () {
      const [deleted] = yield* run(
        `DELETE t FROM ${quote(gone)} AS g STRAIGHT_JOIN ${quote(table.name)} AS t ON t.${quote(by)} = g.${quote(by)}`
      )
      yield* run(`INSERT INTO ${quote(table.name)} (${columns}) SELECT ${columns} FROM ${quote(staging)}`)
      yield* Effect.mapError(marks.set(session, table.name, step.runId), failed)
      yield* Effect.provideService(StepContext.staged(table.name), CurrentSession, session)
      return Number(deleted?.[0] ?? 0)
    })
    const deleted = yield* transaction(session, write, failed)
    return { counts: { deleted, written: loaded.rows }, by: loaded.by }
  })

  const onSession = Effect.fnUntraced(function* (session: Session) {
    const judged = yield* Effect.catchTag(marks.judge(session, table.name, step), "SqlError", failed)
    if (judged === "applied") return { counts: undefined, by: undefined }
    if (changes.gone.size !== 0 || changes.rows.size !== 0) return yield* apply(session)
    yield* Effect.mapError(marks.set(session, table.name, step.runId), failed)
    return { counts: Amended.nothing, by: undefined }
  })
  return yield* Publisher.alone(options, table.name, [staging, gone], onSession)
})

/** What was done, undefined where it had been done before, and how the rows were loaded, where there were any. */
export interface Done {
  readonly counts: Amended.Amended | undefined
  readonly by: Way | undefined
}

/** All of an effect's statements or none. */
const transaction = <A, E, R>(
  session: Session,
  effect: Effect.Effect<A, E, R>,
  failed: ReturnType<typeof statementFailed>
): Effect.Effect<A, E | WarehouseFailed, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const run = (statement: string) => Publisher.execute(session, statement)
      yield* Effect.mapError(run("START TRANSACTION"), failed)
      const exit = yield* Effect.exit(restore(effect))
      if (Exit.isSuccess(exit)) yield* Effect.mapError(run("COMMIT"), failed)
      // A connection in doubt is closed, which rolls back as well.
      else yield* Effect.catchAll(run("ROLLBACK"), () => session.destroy)
      return yield* exit
    })
  )

/** One column of a table, each value once. */
const keyTable = (table: Table.Any, by: string): Table.Any => {
  const columns: Record<string, Column.Any> = {}
  for (const [name, column] of Object.entries(table.columns)) if (name === by) columns[name] = column
  return { ...table, columns, primaryKey: [by], indexes: [] }
}
