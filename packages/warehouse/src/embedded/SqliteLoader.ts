import type { SqlError } from "@effect/sql/SqlError"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { Amended } from "../Amended.ts"
import { rowCount } from "../checks/RowCount.ts"
import { turn } from "../internal/eventLoop.ts"
import * as Batches from "../sql/Batches.ts"
import * as SourceIds from "../sql/SourceIds.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as JsonText from "./JsonText.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteRow from "./SqliteRow.ts"

type Rows = Dataset.Dataset<Readonly<Record<string, unknown>>>

/**
 * Writes all rows into a table with the columns of `table`: in the caller's transaction, or in the temporary database `aside`.
 * Returns the number of rows. SQLite inserts off the main thread, which prepares the next rows meanwhile.
 */
export const load = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  into: string,
  rows: Rows,
  progress: (rows: number) => void,
  aside?: string
): Effect.fn.Return<number, WarehouseFailed | SpillFailed | SqlError> {
  const insert = inserter(client, table, into, aside)
  let count = 0
  yield* Batches.sendAll(rows, batcher(table), 1, (batch) =>
    Effect.map(insert(batch), () => {
      progress(batch.rows)
      count += batch.rows
    })
  )
  return count
})

/**
 * Deletes the rows whose column `by` has an id of `gone`, writes the other rows, and runs the blocking checks on the table, in
 * the caller's transaction. `before` is the table's number of rows until then.
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
  const valuesOf = SourceIds.columnValues(table, by)
  let deleted = 0
  yield* Dataset.forEachChunk(
    changes.gone,
    Effect.fnUntraced(function* (ids) {
      const values = yield* valuesOf(ids)
      for (let start = 0; start < values.length; start += rowsPerStatement) {
        const batch = JSON.stringify(values.slice(start, start + rowsPerStatement))
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
  yield* StepContext.staged(table.name, { rows, before }, [rowCount(table)])
  return { rows, deleted, written }
})

const rowsPerStatement = 2_500
const bytesPerStatement = 2 * 1024 * 1024
/** How often rows in a temporary database wait again for other connections, each time for the connection's busy timeout. */
const patiences = 20

/** Some rows, as the JSON text that SQLite reads. The row objects are released. */
export interface Batch {
  readonly json: Buffer
  readonly rows: number
}

/** Groups rows into batches. Fails at a row that does not fit the table. */
export const batcher = (table: Table.Any): Batches.Batcher<Readonly<Record<string, unknown>>, Batch, WarehouseFailed> => {
  const encode = SqliteRow.encoder(table.columns)
  const text = new JsonText.Writer()
  let first = 0
  let count = 0
  const cut = (): ReadonlyArray<Batch> => {
    if (count === first) return []
    const batch = { json: text.rows(), rows: count - first }
    first = count
    return [batch]
  }
  return {
    // Yields after the chunk is released, so that its rows do not become old for the garbage collector.
    add: (chunk) =>
      Effect.zipLeft(
        Effect.suspend(() => {
          const full: Array<Batch> = []
          for (const row of chunk) {
            const unfit = encode(row, count, text)
            if (unfit !== undefined) return misfit(table, unfit)
            count++
            if (count - first === rowsPerStatement || text.length >= bytesPerStatement) full.push(...cut())
          }
          return Effect.succeed(full)
        }),
        turn
      ),
    rest: cut,
    sent: (batch) => text.giveBack(batch.json)
  }
}

/**
 * Inserts the rows of one JSON text. Binding values takes the driver longer than reading JSON takes SQLite.
 *
 * `json_each` belongs to the public file, so SQLite looks at that file, which another process that publishes may lock for long.
 * Rows in a temporary database wait for that, since they hold no locks themselves.
 */
export const inserter = (client: LibsqlClient, table: Table.Any, into: string, aside: string | undefined) => {
  const insert = Ddl.insertFromJson(table, into, aside)
  const again = { times: aside === undefined ? 0 : patiences, while: (error: SqlError) => Fault.isBusy(Fault.of(error)) }
  return ({ json }: Batch) => Effect.retry(Effect.asVoid(client.beside(insert, [json])), again)
}

export const misfit = (table: Table.Any, { ordinal, column, reason }: SqliteRow.Misfit) =>
  new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `"${column}" of row ${ordinal} (counted from 0) ${reason}. Correct the asset that made the row, or the table's declaration; what was there before is unchanged.`
  })
