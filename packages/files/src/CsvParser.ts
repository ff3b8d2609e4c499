import { CsvError, type Parser, parse } from "csv-parse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileInvalid } from "./FileInvalid.ts"
import { maxRowLength } from "./Utf8.ts"

/** A record of a CSV file. */
export interface Record {
  /** The line on which the record ends, from 1. */
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/**
 * Parses text into records, one batch per piece of text. Empty lines are skipped. The parser's own messages are never passed
 * on, because they quote the file.
 */
export const records = <E, R>(
  path: string,
  text: Stream.Stream<string, E, R>,
  delimiter: string
): Stream.Stream<ReadonlyArray<Record>, E | FileInvalid, R> =>
  Stream.unwrapScoped(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => open(delimiter)),
        close
      ),
      ({ parser, take }) => {
        const failed = (error: unknown) =>
          new FileInvalid({ path, line: parser.info.lines, why: reasons[codeOf(error)] ?? "is not CSV" })
        const write = (piece: string) =>
          Effect.async<ReadonlyArray<Record>, FileInvalid>((resume) => {
            parser.write(piece, (error) => resume(error ? Effect.fail(failed(error)) : Effect.sync(take)))
          })
        const end = Effect.async<ReadonlyArray<Record>, FileInvalid>((resume) => {
          parser.once("error", (error) => resume(Effect.fail(failed(error))))
          parser.once("end", () => resume(Effect.sync(take)))
          parser.end()
        })
        return text.pipe(
          Stream.filter((piece) => piece !== ""),
          Stream.mapEffect(write),
          Stream.concat(Stream.fromEffect(end))
        )
      }
    )
  )

const open = (delimiter: string) => {
  let batch: Array<Record> = []
  const parser = parse({
    delimiter,
    max_record_size: maxRowLength,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true
  })
  // A stream without a listener throws its errors. `write` and `end` fail with the same ones.
  parser.on("error", () => {})
  // A record is emitted while its piece is parsed, so the parser's line is the record's. The option `info` has it too, at three
  // times the cost.
  parser.on("data", (cells: ReadonlyArray<string>) => batch.push({ line: parser.info.lines, cells }))
  const take = (): ReadonlyArray<Record> => {
    const taken = batch
    batch = []
    return taken
  }
  return { parser, take }
}

const close = ({ parser }: { readonly parser: Parser }) => Effect.sync(() => parser.destroy())

const codeOf = (error: unknown): string => (error instanceof CsvError ? error.code : "")

/** Descriptions of the parser's error codes. Each continues the sentence "The file …". */
const reasons: { readonly [code: string]: string } = {
  CSV_INVALID_CLOSING_QUOTE: "has text behind a closing quote",
  INVALID_OPENING_QUOTE: "has a quote within a cell that does not begin with one",
  CSV_MAX_RECORD_SIZE: "has a row that is longer than 32 MiB, or a quote that does not end",
  CSV_QUOTE_NOT_CLOSED: "has a quote that does not end"
}
