import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Batches from "../sql/Batches.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { list } from "./ddl.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import { batcher, insertable, type RowBatch } from "./RowBatch.ts"

/** A table, and what is to be written into it. */
export interface Target {
  /** The publisher's own connection. Others of the pool may be used beside it, as long as they are free. */
  readonly session: Session
  /** Whether that is in a transaction of the caller's: all rows become a part of it, and no other connection is used. */
  readonly inTransaction?: boolean
  readonly pool: Pick<MysqlPool, "spare">
  readonly server: MysqlServer
  readonly table: Table.Any
  readonly into: string
  readonly rows: Dataset.Dataset<Readonly<Record<string, unknown>>>
}

/** What was written, and by which statement. */
export interface Loaded {
  readonly rows: number
  readonly by: Way
}
export type Way = "LOAD DATA LOCAL INFILE" | "INSERT" | "INSERT SELECT"

/**
 * A way to fill a table: writes all rows of a dataset, reports progress, and answers how many there were. On failure the table
 * is left half filled, for the caller to drop, or to roll back.
 */
export type Loader = (target: Target) => Effect.Effect<Loaded, WarehouseFailed | SpillFailed, StepContext>

/** By multi-row INSERTs of at most 1,000 rows, every value a parameter; the next rows are made ready meanwhile. */
export const insertLoader: Loader = Effect.fn("Loader.insert")(function* (target) {
  const insert = inserter(target, yield* StepContext)
  let rows = 0
  yield* Batches.sendAll(target.rows, batcher(target), 1, (batch) => {
    rows += batch.rows
    return insert(target.session, batch)
  })
  return { rows, by: "INSERT" }
})

/** Writes a batch with INSERTs, each of which is a transaction by itself, and reports their rows as progress. */
export const inserter = (target: Pick<Target, "into" | "server" | "table">, step: StepContext.Service) => {
  const { into, table } = target
  const columns = Table.columnNames(table)
  const head = `INSERT INTO ${quote(into)} (${list(columns)}) VALUES `
  const tuple = `(${columns.map(() => "?").join(",")})`
  return ({ connection }: Session, batch: RowBatch): Effect.Effect<void, WarehouseFailed> =>
    Effect.forEach(
      insertable(batch, target),
      (part) =>
        Effect.mapBoth(connection.executeRaw(head + new Array<string>(part.rows).fill(tuple).join(","), part.cells), {
          onFailure: failedAmong(table, part),
          onSuccess: () => step.progress(part.rows)
        }),
      { discard: true }
    )
}

/** Tells an error of a statement that was sent some of a dataset's rows. */
export const failedAmong = (table: Table.Any, { first, rows }: Pick<RowBatch, "first" | "rows">) =>
  statementFailed(`publish ${table.name}`, ` among its rows ${first} to ${first + rows - 1}`)
