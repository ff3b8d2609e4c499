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

/** A table, and the rows to write into it. */
export interface Target {
  /** The publisher's own connection. Free connections of the pool may be used besides. */
  readonly session: Session
  /** Whether the session is in a transaction of the caller's. Then all rows belong to it, and no other connection is used. */
  readonly inTransaction?: boolean
  readonly pool: Pick<MysqlPool, "spare">
  readonly server: MysqlServer
  readonly table: Table.Any
  readonly into: string
  readonly rows: Dataset.Dataset<Readonly<Record<string, unknown>>>
}

/** The number of written rows, and the statement. */
export interface Loaded {
  readonly rows: number
  readonly by: Way
}
export type Way = "LOAD DATA LOCAL INFILE" | "INSERT" | "INSERT SELECT"

/**
 * Fills a table: writes all rows of a dataset, reports progress, and returns the number of rows. After a failure the table is
 * partly filled, and the caller drops it or rolls back.
 */
export type Loader = (target: Target) => Effect.Effect<Loaded, WarehouseFailed | SpillFailed, StepContext>

/** Loads by multi-row INSERTs of at most 1,000 rows, with every value as a parameter. The next rows are prepared meanwhile. */
export const insertLoader: Loader = Effect.fn("Loader.insert")(function* (target) {
  const insert = inserter(target, yield* StepContext)
  let rows = 0
  yield* Batches.sendAll(target.rows, batcher(target), 1, (batch) => {
    rows += batch.rows
    return insert(target.session, batch)
  })
  return { rows, by: "INSERT" }
})

/** Writes a batch with INSERTs, each in its own transaction, and reports their rows as progress. */
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

/** Translates an error of a statement with some of a dataset's rows. */
export const failedAmong = (table: Table.Any, { first, rows }: Pick<RowBatch, "first" | "rows">) =>
  statementFailed(`publish ${table.name}`, ` among its rows ${first} to ${first + rows - 1}`)
