import type { SqlError } from "@effect/sql/SqlError"
import * as SqlSchema from "@effect/sql/SqlSchema"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/** An integer. Servers return large ones as text. */
export const Count = Schema.Union(Schema.Number, Schema.NumberFromString)

/** Bytes, as any of the drivers returns them. */
export const Bytes = Schema.transform(
  Schema.Union(Schema.Uint8ArrayFromSelf, Schema.instanceOf(ArrayBuffer)),
  Schema.Uint8ArrayFromSelf,
  {
    strict: true,
    decode: (bytes) => (bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)),
    encode: (bytes) => bytes
  }
)

/** The text of a value selected by `exactText`. */
export const ExactText = Schema.transform(
  Schema.Union(Schema.String, Schema.Uint8ArrayFromSelf, Schema.instanceOf(ArrayBuffer)),
  Schema.String,
  {
    strict: true,
    decode: (value) => (typeof value === "string" ? value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value)),
    encode: (text) => text
  }
)

/** The rows of a statement. A row of another form fails without its values, which the decoder's message would quote. */
export const all = <A, I>(
  row: Schema.Schema<A, I>,
  statement: Effect.Effect<ReadonlyArray<unknown>, SqlError>
): Effect.Effect<ReadonlyArray<A>, SqlError | WarehouseFailed> =>
  Effect.catchTag(
    SqlSchema.findAll({ Request: Schema.Void, Result: row, execute: () => statement })(),
    "ParseError",
    () => malformed
  )

/** The first row; undefined if there is none. */
export const first = <A, I>(
  row: Schema.Schema<A, I>,
  statement: Effect.Effect<ReadonlyArray<unknown>, SqlError>
): Effect.Effect<A | undefined, SqlError | WarehouseFailed> => Effect.map(all(row, statement), ([one]) => one)

const malformed = new WarehouseFailed({
  reason: "Drift",
  operation: "read the store's internal tables",
  detail: "a row is not in the form that this version writes. It was edited by hand: restore the table from a backup."
})
