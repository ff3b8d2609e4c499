import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import * as Stream from "effect/Stream"

/** A value that a cell of a CSV file can hold. A personal value does not compile. */
export type Cell = string | number | boolean | null

/**
 * Writes rows as CSV (RFC 4180). The first line names the columns, in the given order. Null is an empty cell.
 *
 * ```ts
 * const prices = fileAsset("prices", {
 *   path: "prices.csv",
 *   upstreams: { products },
 *   contents: ({ products }) => CsvText.of(products, ["id", "price"])
 * })
 * ```
 */
export const of = <Row extends { readonly [K in Name]: Cell }, const Name extends keyof Row & string>(
  rows: Dataset.Dataset<Row>,
  columns: ReadonlyArray<Name>
): Stream.Stream<string, SpillFailed> =>
  Stream.concat(
    Stream.succeed(lineOf(columns)),
    Stream.map(Dataset.chunks(rows), (chunk) => chunk.map((row) => lineOf(columns.map((name) => row[name]))).join(""))
  )

/** A line without any text is empty, and readers ignore it. So the only cell of a row is quoted if it is empty. */
const lineOf = (cells: ReadonlyArray<Cell>): string => `${cells.map(cellOf).join(",") || emptyRow(cells)}\r\n`

const emptyRow = (cells: ReadonlyArray<Cell>): string => (cells.length === 1 ? '""' : "")

const cellOf = (cell: Cell): string => {
  const text = cell === null ? "" : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
