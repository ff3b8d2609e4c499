import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import { StepContext } from "@sluice/core/run/StepContext"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Table from "../Table.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { list } from "./ddl.ts"
import { quote } from "./dialect.ts"
import { type Cell, rowEncoder } from "./encoding.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"

/**
 * A way to fill an empty table: writes all rows of a dataset into `into`, reports progress, and answers how many there were.
 * On failure the table is left half filled, for the caller to drop.
 */
export type Loader = (target: {
  readonly session: Session
  readonly server: MysqlServer
  readonly table: Table.Any
  readonly into: string
  readonly rows: Dataset.Dataset<Readonly<Record<string, unknown>>>
}) => Effect.Effect<number, WarehouseFailed | SpillFailed, StepContext>

/** By multi-row INSERTs of at most 1,000 rows, every value a parameter; the next rows are made ready meanwhile. */
export const insertLoader: Loader = Effect.fn("Loader.insert")(function* ({ into, rows, server, session, table }) {
  const step = yield* StepContext
  const columns = Table.columnNames(table)
  const head = `INSERT INTO ${quote(into)} (${list(columns)}) VALUES `
  const tuple = `(${columns.map(() => "?").join(",")})`
  const batcher = makeBatcher(table, server)

  const insert = Effect.fnUntraced(function* (batch: Batch) {
    const sql = head + new Array<string>(batch.rows).fill(tuple).join(",")
    yield* Effect.mapError(
      session.connection.executeRaw(sql, batch.cells),
      statementFailed(`publish ${table.name}`, ` among its rows ${batch.first} to ${batch.first + batch.rows - 1}`)
    )
    step.progress(batch.rows)
  })

  yield* rows.chunks.pipe(
    Stream.mapEffect((chunk) => accept(table, batcher.add(chunk))),
    Stream.concat(Stream.sync(() => batcher.rest())),
    Stream.buffer({ capacity: 2 }),
    Stream.runForEach((batches) => Effect.forEach(batches, insert, { discard: true }))
  )
  return batcher.count()
})

interface Batch {
  /** The ordinal of its first row in the dataset. */
  readonly first: number
  readonly rows: number
  readonly cells: Array<Cell>
}

const maxRows = 1_000
const maxParameters = 65_535
const maxBytes = 4 * 1024 * 1024

/** Cuts chunks into batches. A row that may not be sent ends it: `add` answers what is wrong. */
const makeBatcher = (table: Table.Any, server: MysqlServer) => {
  const encode = rowEncoder(table)
  const width = Table.columnNames(table).length
  const rowLimit = Math.max(1, Math.min(maxRows, Math.floor(maxParameters / width)))
  const byteLimit = Math.min(maxBytes, server.maxPacket / 2)
  let count = 0
  let batch: Batch = { first: 0, rows: 0, cells: [] }
  let rowsInBatch = 0
  let bytes = 0

  const cut = (): ReadonlyArray<Batch> => {
    if (rowsInBatch === 0) return []
    const full = { ...batch, rows: rowsInBatch }
    batch = { first: count, rows: 0, cells: [] }
    rowsInBatch = 0
    bytes = 0
    return [full]
  }
  return {
    add: (chunk: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<Batch> | string => {
      const full: Array<Batch> = []
      for (const row of chunk) {
        const cells: Array<Cell> = []
        const problem = encode(row, cells)
        if (problem !== undefined) return `in row ${count} ${problem}`
        const size = bytesOf(cells)
        if (size > server.maxPacket - 16_384) {
          return `row ${count} is longer than the server accepts (max_allowed_packet is ${server.maxPacket} bytes)`
        }
        if (rowsInBatch === rowLimit || bytes + size > byteLimit) full.push(...cut())
        for (const cell of cells) batch.cells.push(cell)
        rowsInBatch++
        count++
        bytes += size
      }
      return full
    },
    rest: cut,
    count: () => count
  }
}

const accept = (table: Table.Any, batches: ReadonlyArray<Batch> | string) =>
  typeof batches === "string"
    ? new WarehouseFailed({
        reason: "RowRejected",
        operation: `publish ${table.name}`,
        detail: `${batches}. Correct the asset, or the column's declaration.`
      })
    : Effect.succeed(batches)

/** An upper bound where text is short, exact where it is long. */
const bytesOf = (cells: ReadonlyArray<Cell>): number => {
  let bytes = 0
  for (const cell of cells) {
    if (typeof cell !== "string") bytes += 12
    else bytes += 12 + (cell.length < 4_096 ? cell.length * 3 : Buffer.byteLength(cell))
  }
  return bytes
}
