import type { SqlError } from "@effect/sql/SqlError"
import type * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { StepContext } from "@sluice/core/run/StepContext"
import type { CheckFailed } from "@sluice/core/run/StepFailure"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Amended } from "../Amended.ts"
import { turn } from "../internal/eventLoop.ts"
import type { Bound } from "../internal/libsqlDriver.ts"
import type * as Table from "../Table.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteRow from "./SqliteRow.ts"

type Rows = Dataset.Dataset<Readonly<Record<string, unknown>>>

/**
 * Writes all rows into a table with the columns of `table`: in the caller's transaction, or in the database without a name that
 * `aside` is. Answers how many there were. SQLite inserts beside the main thread, which makes the next rows ready meanwhile.
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
  const batcher = makeBatcher(table)
  const batches = rows.chunks.pipe(
    Stream.mapEffect((chunk) => Effect.zipRight(turn, batcher.add(chunk))),
    Stream.concat(Stream.sync(() => batcher.rest())),
    Stream.flattenIterables,
    Stream.buffer({ capacity: batchesReady })
  )
  return yield* Stream.runFoldEffect(batches, 0, (count, batch) =>
    Effect.map(insert(batch), () => {
      progress(batch.rows)
      return count + batch.rows
    })
  )
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

const rowsPerStatement = 2_500
const lengthPerStatement = 2 * 1024 * 1024
const rowsAtOnce = 500
const batchesReady = 1
const patiences = 20

/** Rows as one JSON text, `[["a", 1], ["b", 2]]`, of which nothing else is kept. */
interface Batch {
  readonly json: string
  readonly rows: number
}

/** Makes batches of rows that come some at a time; fails at a row that does not fit the table. */
const makeBatcher = (table: Table.Any) => {
  const encode = SqliteRow.encoder(table.columns)
  let rows: Array<string> = []
  let length = 0
  let first = 0
  let count = 0
  const cut = (): ReadonlyArray<Batch> => {
    if (count === first) return []
    const batch = { json: `[${rows.join(",")}]`, rows: count - first }
    rows = []
    length = 0
    first = count
    return [batch]
  }
  const add = (chunk: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<Batch> | SqliteRow.Misfit => {
    const full: Array<Batch> = []
    for (let start = 0; start < chunk.length; start += rowsAtOnce) {
      const encoded = encode(chunk.slice(start, start + rowsAtOnce), count)
      if (!Array.isArray(encoded)) return encoded
      const json = JSON.stringify(encoded).slice(1, -1)
      rows.push(json)
      length += json.length
      count += encoded.length
      if (count - first >= rowsPerStatement || length >= lengthPerStatement) full.push(...cut())
    }
    return full
  }
  return {
    add: (chunk: ReadonlyArray<Readonly<Record<string, unknown>>>) => {
      const full = add(chunk)
      return "_tag" in full ? misfit(table, full) : Effect.succeed(full)
    },
    rest: cut
  }
}

/**
 * Inserts the rows of one JSON text: the driver takes longer to bind values than SQLite to read them from it. Half a surrogate
 * pair would come through JSON as bytes that are not UTF-8, which nobody could read; a batch that has one is bound, and it
 * becomes U+FFFD.
 *
 * `json_each` belongs to the public file, which SQLite therefore looks at: another process that publishes may have it closed
 * for long. Nobody waits for rows that are put aside, so they wait for that.
 */
const inserter = (client: LibsqlClient, table: Table.Any, into: string, aside: string | undefined) => {
  const whole = Ddl.insertFromJson(table, into, aside)
  const single = Ddl.insertInto(table, into, aside)
  const again = { times: aside === undefined ? 0 : patiences, while: (error: SqlError) => Fault.isBusy(Fault.of(error)) }
  return ({ json }: Batch) =>
    halfPair.test(json)
      ? client.use((session) => {
          const bound: ReadonlyArray<ReadonlyArray<Bound>> = JSON.parse(json)
          for (const row of bound) session.run(single, row)
        })
      : Effect.retry(Effect.asVoid(client.beside(whole, [json])), again)
}

const halfPair = /\\ud[89a-f]/

const misfit = (table: Table.Any, { ordinal, column, reason }: SqliteRow.Misfit) =>
  new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `"${column}" of row ${ordinal} (counted from 0) ${reason}. Correct the asset that made the row, or the table's declaration; what was there before is unchanged.`
  })
