import type * as FileSystem from "@effect/platform/FileSystem"
import type { FileUnreadable } from "@sluice/core/asset/FileFailed"
import * as Observe from "@sluice/core/asset/Observe"
import type { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type * as RowCodec from "@sluice/core/data/RowCodec"
import type { Spill, SpillFailed } from "@sluice/core/data/Spill"
import type { TooManyBadRows } from "@sluice/core/source/BadRows"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { StoreFailed } from "@sluice/core/source/StoreFailed"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as CsvRows from "./CsvRows.ts"
import type * as FileInvalid from "./FileInvalid.ts"
import * as Ingest from "./Ingest.ts"
import * as JsonLines from "./JsonLines.ts"

/**
 * The rows of a file, and a way to observe it. `tableAsset` takes both:
 *
 * ```ts
 * const exchangeRates = tableAsset(ExchangeRates, FileSource.csv({ path: "rates.csv", item: TextRow.schema(ExchangeRates) }))
 * ```
 */
export interface FileSource<out A, out R = never> {
  /** Reads the whole file once, in bounded memory. */
  readonly rows: () => Effect.Effect<
    Dataset.Dataset<A>,
    FileSourceError,
    R | FileSystem.FileSystem | Quarantine | Scope.Scope | Spill | StepContext | Suppressions
  >
  /** Returns a hash of the file. `--changed` makes the asset again if the hash differs. */
  readonly observe: Effect.Effect<string, FileUnreadable, R | FileSystem.FileSystem>
}

export type FileSourceError =
  | FileUnreadable
  | FileInvalid.FileInvalid
  | FileInvalid.FileHeaderInvalid
  | FileInvalid.FileRowsInvalid
  | TooManyBadRows
  | SpillFailed
  | StoreFailed

export interface Options<A, I, R> {
  /** The file's path, or an Effect that reads it from a setting. It is relative to the folder that the program runs in. */
  readonly path: string | Effect.Effect<string, never, R>
  /** The schema of a row. Its encoded side describes the file, its type describes the loaded rows. */
  readonly item: Schema.Schema<A, I> & RowCodec.Kept<NoInfer<A>>
  /**
   * `fail`, the default, loads nothing if a row cannot be decoded. The error lists the lines. `quarantine` leaves such rows out
   * and records them, unless there are too many.
   */
  readonly badRows?: "fail" | "quarantine"
  /** Returns the ids of the people that a row is about. Rows about erased people are left out. */
  readonly people?: (row: A) => ReadonlyArray<string>
}

export interface CsvOptions<A, I, R> extends Options<A, I, R> {
  /** The character between cells. Default: a comma. */
  readonly delimiter?: string
  /** Columns of the file to ignore. All others must be declared. */
  readonly skip?: ReadonlyArray<string>
}

/** Every cell of a CSV file is text. An empty cell is null if the column's schema accepts null, and empty text otherwise. */
type Cells<I> = { readonly [K in keyof I]: string | null | undefined }

/**
 * Reads a CSV file (RFC 4180) in UTF-8, with or without a byte order mark, with any line ends. Its first line names the
 * columns. A missing, undeclared or repeated column fails the asset before any row is read.
 *
 * ```ts
 * const Rate = Schema.Struct({ currency: Schema.String, eur: Decimal.schema, note: Schema.NullOr(Schema.String) })
 * const rates = FileSource.csv({ path: "rates.csv", item: Rate })
 * const source = Asset.make("rates_file", { observe: rates.observe, materialize: rates.rows })
 * ```
 */
export const csv = <A, I extends Cells<I>, R = never>(options: CsvOptions<A, I, R>): FileSource<A, R> =>
  make(options, (path) => CsvRows.read(path, options.item, options))

/**
 * Reads a file with one JSON value per line, in UTF-8. Empty lines are ignored. Fields that the schema does not declare are
 * counted and never loaded.
 *
 * ```ts
 * const events = FileSource.jsonLines({ path: "events.jsonl", item: Schema.Struct({ id: Schema.String }) })
 * ```
 */
export const jsonLines = <A, I, R = never>(options: Options<A, I, R>): FileSource<A, R> => make(options, JsonLines.read)

const make = <A, I, R>(options: Options<A, I, R>, read: (path: string) => Ingest.Lines): FileSource<A, R> => {
  const path = Effect.isEffect(options.path) ? options.path : Effect.succeed(options.path)
  return {
    rows: () => Effect.flatMap(path, (file) => Ingest.collect(file, read(file), options)),
    observe: Effect.flatMap(path, Observe.file)
  }
}
