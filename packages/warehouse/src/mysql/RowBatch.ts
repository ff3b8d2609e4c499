import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type * as Batches from "../sql/Batches.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { rowEncoder } from "./encoding.ts"
import * as InfileText from "./InfileText.ts"
import type { MysqlServer } from "./MysqlServer.ts"

/** Some ten thousand rows, only as the text for LOAD DATA, so that they cost the garbage collector nothing. */
export interface RowBatch {
  /** The ordinal of its first row in the dataset. */
  readonly first: number
  readonly rows: number
  readonly text: Buffer
}

/** The table and server that rows are sent to. */
export interface Destination {
  readonly table: Table.Any
  readonly server: MysqlServer
}

/** Rows that one INSERT can take. */
export interface Insertable extends Omit<RowBatch, "text"> {
  /** The cells of its rows, one after another. */
  readonly cells: ReadonlyArray<InfileText.Cell>
}

/** Cuts a batch into INSERTs: at most 1,000 rows, and no more parameters and bytes than the server accepts. */
export const insertable = (batch: RowBatch, { server, table }: Destination) => {
  const width = Table.columnNames(table).length
  const rowLimit = Math.max(1, Math.min(1_000, Math.floor(maxParameters / width)))
  const byteLimit = Math.min(4 * 1024 * 1024, server.maxPacket / 2)
  const all: Array<Insertable> = []
  let { first } = batch
  let cells: Array<InfileText.Cell> = []
  let bytes = 0
  const cut = () => {
    const rows = cells.length / width
    if (rows > 0) all.push({ first, rows, cells })
    first += rows
    cells = []
    bytes = 0
  }
  for (const row of InfileText.rows(batch.text)) {
    const size = row.reduce((sum, cell) => sum + headerBytes + (cell === null ? 0 : Buffer.byteLength(cell)), 0)
    if (cells.length === rowLimit * width || bytes + size > byteLimit) cut()
    for (const cell of row) cells.push(cell)
    bytes += size
  }
  cut()
  return all
}

const rowsPerBatch = 10_000
const bytesPerBatch = 8 * 1024 * 1024
const maxParameters = 65_535
/** The protocol's maximum bytes for a value's length and type. */
const headerBytes = 12

/** Cuts rows into batches, in order. Fails at an invalid row, with the reason. */
export const batcher = ({
  server,
  table
}: Destination): Batches.Batcher<Readonly<Record<string, unknown>>, RowBatch, WarehouseFailed> => {
  const encode = rowEncoder(table)
  const width = Table.columnNames(table).length
  const text = new InfileText.Writer()
  let count = 0
  let first = 0

  const cut = (): ReadonlyArray<RowBatch> => {
    if (count === first) return []
    const full = { first, rows: count - first, text: text.take() }
    first = count
    return [full]
  }
  return {
    add: (rows) =>
      Effect.suspend(() => {
        const full: Array<RowBatch> = []
        for (const row of rows) {
          const start = text.length - text.escapes
          const problem = encode(row, text)
          if (problem !== undefined) return rejected(table, `in row ${count} ${problem}`)
          const size = text.length - text.escapes - start + headerBytes * width
          if (size > server.maxPacket - 16_384) {
            const limit = `max_allowed_packet is ${server.maxPacket} bytes`
            return rejected(table, `row ${count} is longer than the server accepts (${limit})`)
          }
          count++
          if (count - first === rowsPerBatch || text.length >= bytesPerBatch) full.push(...cut())
        }
        return Effect.succeed(full)
      }),
    rest: cut,
    sent: (batch) => text.giveBack(batch.text)
  }
}

const rejected = (table: Table.Any, problem: string) =>
  new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `${problem}. Correct the asset, or the column's declaration.`
  })
