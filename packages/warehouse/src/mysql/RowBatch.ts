import type * as Dataset from "@sluice/core/data/Dataset"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Table from "../Table.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { type Cell, rowEncoder } from "./encoding.ts"
import type { MysqlServer } from "./MysqlServer.ts"

/** Rows that one INSERT can take: at most 1,000, and no more parameters and bytes than the server accepts. */
export interface RowBatch {
  /** The ordinal of its first row in the dataset. */
  readonly first: number
  readonly rows: number
  /** Its rows' cells, one after another. */
  readonly cells: ReadonlyArray<Cell>
  /** An upper bound of what they take in UTF-8. */
  readonly bytes: number
}

/** A dataset's rows in batches, in order; fails at a row that may not be sent, and says what is wrong with it. */
export const rowBatches = (source: {
  readonly table: Table.Any
  readonly server: MysqlServer
  readonly rows: Dataset.Dataset<Readonly<Record<string, unknown>>>
}) =>
  Stream.suspend(() => {
    const batcher = makeBatcher(source.table, source.server)
    return source.rows.chunks.pipe(
      Stream.mapEffect((chunk) => accept(source.table, batcher.add(chunk))),
      Stream.concat(Stream.sync(() => batcher.rest())),
      Stream.flattenIterables
    )
  })

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
  let first = 0
  let cells: Array<Cell> = []
  let bytes = 0

  const cut = (): ReadonlyArray<RowBatch> => {
    if (count === first) return []
    const full = { first, rows: count - first, cells, bytes }
    first = count
    cells = []
    bytes = 0
    return [full]
  }
  return {
    add: (chunk: ReadonlyArray<Readonly<Record<string, unknown>>>): ReadonlyArray<RowBatch> | string => {
      const full: Array<RowBatch> = []
      for (const row of chunk) {
        const start = cells.length
        const problem = encode(row, cells)
        if (problem !== undefined) return `in row ${count} ${problem}`
        const size = bytesFrom(cells, start)
        if (size > server.maxPacket - 16_384) {
          return `row ${count} is longer than the server accepts (max_allowed_packet is ${server.maxPacket} bytes)`
        }
        if (count - first === rowLimit || bytes + size > byteLimit) {
          const own = cells.splice(start)
          full.push(...cut())
          cells = own
        }
        count++
        bytes += size
      }
      return full
    },
    rest: cut
  }
}

const accept = (table: Table.Any, batches: ReadonlyArray<RowBatch> | string) =>
  typeof batches === "string"
    ? new WarehouseFailed({
        reason: "RowRejected",
        operation: `publish ${table.name}`,
        detail: `${batches}. Correct the asset, or the column's declaration.`
      })
    : Effect.succeed(batches)

/** What the cells from `start` on take: an upper bound where text is short, exact where it is long. */
const bytesFrom = (cells: ReadonlyArray<Cell>, start: number): number => {
  let bytes = 0
  for (let at = start; at < cells.length; at++) {
    const cell = cells[at]
    if (typeof cell !== "string") bytes += 12
    else bytes += 12 + (cell.length < 4_096 ? cell.length * 3 : Buffer.byteLength(cell))
  }
  return bytes
}
