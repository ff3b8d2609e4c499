import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { rowCount } from "../checks/RowCount.ts"
import { affectedRows } from "../internal/mysqlDriver.ts"
import * as SourceIds from "../sql/SourceIds.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import type { Changed } from "../sql/TableWrites.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { CurrentSession } from "./CurrentSession.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"
import * as SessionTransaction from "./SessionTransaction.ts"

/**
 * Applies changes to a table. After all changes have been read, it takes the locks of a publish. Then one transaction deletes
 * and loads rows, and runs the blocking checks on the table. A reader sees all changes or none, and a failure before the commit
 * leaves the table unchanged. The cost depends on the changed rows only, if `by` begins the table's key.
 */
export const amend = Effect.fn("Amender.amend")(function* (
  options: Publisher.Options,
  table: Table.Any,
  changes: Changes.Changes<Readonly<Record<string, unknown>>>,
  by: string
): Effect.fn.Return<Changed, WarehouseFailed | SpillFailed | CheckFailed, StepContext> {
  const { load, marks, pool, server } = options
  const failed = statementFailed(`publish ${table.name}`)
  const step = yield* StepContext

  const apply = Effect.fnUntraced(function* (session: Session, before: number) {
    const write = Effect.gen(function* () {
      const deleted = yield* remove(session, changes.gone)
      const loaded = yield* load({ session, inTransaction: true, pool, server, table, into: table.name, rows: changes.rows })
      const rows = before - deleted + loaded.rows
      yield* marks.set(session, table.name, step.runId, rows)
      const staged = StepContext.staged(table.name, { rows, before }, [rowCount(table)])
      yield* Effect.provideService(staged, CurrentSession, session)
      return { again: false, rows, deleted, written: loaded.rows, metadata: { loaded_by: loaded.by } }
    })
    return yield* options.blockers.insist([table.name])(
      SqlBatch.translated(options.words, `publish ${table.name}`, SessionTransaction.run(session, write))
    )
  })

  const remove = Effect.fnUntraced(function* ({ connection }: Session, gone: Dataset.Dataset<string>) {
    const valuesOf = SourceIds.columnValues(table, by)
    let deleted = 0
    yield* Dataset.forEachChunk(
      gone,
      Effect.fnUntraced(function* (ids) {
        const values = yield* valuesOf(ids)
        for (let start = 0; start < values.length; start += idsPerStatement) {
          const some = values.slice(start, start + idsPerStatement)
          const sql = `DELETE FROM ${quote(table.name)} WHERE ${quote(by)} IN (${some.map(() => "?").join(",")})`
          deleted += affectedRows(yield* Effect.mapError(connection.executeRaw(sql, some), failed))
        }
      })
    )
    return deleted
  })

  const onSession = Effect.fnUntraced(function* (session: Session) {
    const mark = yield* marks.find(session, table.name)
    const judged = yield* SqlMarks.judge(mark, table.name, step)
    const before = yield* Effect.mapError(Publisher.rowsOf(session, table.name, mark), failed)
    const nothing = { again: judged === "applied", rows: before, deleted: 0, written: 0 }
    if (nothing.again) return nothing
    if (changes.gone.size !== 0 || changes.rows.size !== 0) return yield* apply(session, before)
    yield* marks.set(session, table.name, step.runId, before)
    return nothing
  })
  yield* Effect.zipRight(changes.gone.awaitComplete, changes.rows.awaitComplete)
  return yield* Publisher.alone(options, table.name, [], onSession)
})

/** More are not faster. From 1,000 on, MariaDB may read a list as a temporary table. */
const idsPerStatement = 500
