import { Rejection } from "@sluice/core/source/Decoder"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as CsvHeader from "./CsvHeader.ts"
import * as CsvParser from "./CsvParser.ts"
import type { Line, Lines } from "./Ingest.ts"
import * as Utf8 from "./Utf8.ts"

/** Streams the rows of a CSV file as objects of text, keyed by the names in its first line. */
export const read = <A, I>(
  path: string,
  item: Schema.Schema<A, I>,
  options: { readonly delimiter?: string; readonly skip?: ReadonlyArray<string> }
): Lines =>
  Stream.suspend(() => {
    const columns = CsvHeader.columnsOf(item)
    let header: CsvHeader.Header | undefined
    return CsvParser.records(path, Utf8.read(path), options.delimiter ?? ",").pipe(
      Stream.mapEffect((records) => {
        const [first, ...rest] = records
        if (header !== undefined || first === undefined) return Effect.succeed([header, records] as const)
        return Effect.map(CsvHeader.check(path, first.cells, columns, options.skip ?? []), (checked) => {
          header = checked
          return [header, rest] as const
        })
      }),
      Stream.map(([known, records]) => (known === undefined ? [] : records.map((record) => rowOf(known, record)))),
      Stream.concat(
        Stream.suspend(() =>
          header === undefined ? Stream.fromEffect(CsvHeader.check(path, [], columns, [])).pipe(Stream.drain) : Stream.empty
        )
      )
    )
  })

const rowOf = (header: CsvHeader.Header, { cells, line }: CsvParser.Record): Line => {
  if (cells.length !== header.length) {
    return { line, value: new Rejection("", `has ${cells.length} cells, and the first line has ${header.length}`) }
  }
  const value: Record<string, string | null> = {}
  for (let at = 0; at < header.length; at++) {
    const column = header[at]
    const cell = cells[at] ?? ""
    if (column !== undefined) value[column.name] = cell === "" && column.isNullable ? null : cell
  }
  return { line, value }
}
