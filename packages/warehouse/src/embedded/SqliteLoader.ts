import type { SqlError } from "@effect/sql/SqlError"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { StepContext } from "@sluice/core/run/StepContext"
import type { CheckFailed } from "@sluice/core/run/StepFailure"
import * as Effect from "effect/Effect"
import type { Amended } from "../Amended.ts"
import { turn } from "../internal/eventLoop.ts"
import type { Bound } from "../internal/libsqlDriver.ts"
import type * as Table from "../Table.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import type { Session } from "./LibsqlSession.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteRow from "./SqliteRow.ts"

type Rows = Dataset.Dataset<Readonly<Record<string, unknown>>>

/** Writes all rows into a table with the columns of `table`, in the caller's transaction; answers how many there were. */
export const load = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  into: string,
  rows: Rows,
  progress: (rows: number) => void
): Effect.fn.Return<number, WarehouseFailed | SpillFailed | SqlError> {
  const encode = SqliteRow.encoder(table.columns)
  const insert = inserter(table, into)
  let count = 0
  yield* Dataset.forEachChunk(
    rows,
    Effect.fnUntraced(function* (chunk) {
      const perTurn = rowsPerStatement * statementsPerTurn
      for (let start = 0; start < chunk.length; start += perTurn) {
        const batch = chunk.slice(start, start + perTurn)
        const encoded = encode(batch, count)
        if (!Array.isArray(encoded)) return yield* misfit(table, encoded)
        yield* client.use((session) => insert(session, encoded))
        count += batch.length
        progress(batch.length)
        yield* turn
      }
    })
  )
  return count
})

/**
 * Deletes the rows that have an id of `gone` in the column `by`, writes the others, and has the blocking checks look at the
 * table, which had `before` rows, in the caller's transaction.
 */
export const amend = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  changes: Changes.Changes<Readonly<Record<string, unknown>>>,
  by: string,
  before: number,
  progress: (rows: number) => void
): Effect.fn.Return<Amended, WarehouseFailed | SpillFailed | CheckFailed | SqlError, StepContext> {
  if (changes.gone.size === 0 && changes.rows.size === 0) return { rows: before, deleted: 0, written: 0 }
  const remove = `DELETE FROM ${Ddl.qualified(Ddl.schemaOf(table), table.name)} WHERE ${Ddl.quote(by)} IN (SELECT value FROM json_each(?))`
  let deleted = 0
  yield* Dataset.forEachChunk(
    changes.gone,
    Effect.fnUntraced(function* (ids) {
      for (let start = 0; start < ids.length; start += rowsPerStatement) {
        const batch = JSON.stringify(ids.slice(start, start + rowsPerStatement))
        deleted += yield* client.use((session) => {
          session.run(remove, [batch])
          return Number(session.values("SELECT changes()", [])[0]?.[0] ?? 0)
        })
        yield* turn
      }
    })
  )
  const written = yield* load(client, table, table.name, changes.rows, progress)
  const rows = before - deleted + written
  yield* StepContext.staged(table.name, { rows, before })
  return { rows, deleted, written }
})

const rowsPerStatement = 1_000
const statementsPerTurn = 2

/**
 * Inserts rows, a thousand by a statement, as one JSON text: the driver takes longer to bind values than SQLite to read them
 * from it. Half a surrogate pair would come through JSON as bytes that are not UTF-8, which nobody could read; a thousand rows
 * that have one are bound, and it becomes U+FFFD.
 */
const inserter = (table: Table.Any, name: string) => {
  const whole = Ddl.insertFromJson(table, name)
  const single = Ddl.insertInto(table, name)
  return (session: Session, rows: ReadonlyArray<ReadonlyArray<Bound>>) => {
    for (let start = 0; start < rows.length; start += rowsPerStatement) {
      const batch = rows.slice(start, start + rowsPerStatement)
      const json = JSON.stringify(batch)
      if (halfPair.test(json)) for (const row of batch) session.run(single, row)
      else session.run(whole, [json])
    }
  }
}

const halfPair = /\\ud[89a-f]/

const misfit = (table: Table.Any, { ordinal, column, reason }: SqliteRow.Misfit) =>
  new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `"${column}" of row ${ordinal} (counted from 0) ${reason}. Correct the asset that made the row, or the table's declaration; what was there before is unchanged.`
  })
