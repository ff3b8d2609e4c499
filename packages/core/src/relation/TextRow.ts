import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Day from "../data/Day.ts"
import * as Decimal from "../data/Decimal.ts"
import * as Pii from "../data/Pii.ts"
import * as Timestamp from "../data/Timestamp.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type * as Column from "./Column.ts"
import type * as Table from "./Table.ts"

/** A table's row in a text file: an integer is `12`, a boolean `true` or `false`, a time has a zone. */
export type TextRow<T extends { readonly columns: Table.Columns }> = {
  readonly [K in keyof T["columns"]]: null extends Column.Value<T["columns"][K]> ? string | null : string
}

/**
 * The schema of a table's rows as text, by the table's column names. It refuses text that is too long, decimals with too many
 * digits, and days that do not exist. Times become UTC.
 *
 * ```ts
 * FileSource.csv({ path: "rates.csv", item: TextRow.schema(ExchangeRates) })
 * ```
 */
export const schema = <const T extends { readonly columns: Table.Columns }>(
  table: T
): Schema.Schema<Table.Row<T>, TextRow<T>> => {
  const fields = Object.entries(table.columns).map(([name, column]) => [
    name,
    column.nullable ? Schema.NullOr(ofColumn(column)) : ofColumn(column)
  ])
  return unsafeCast(Schema.Struct(Object.fromEntries(fields)))
}

type OfText = Schema.Schema.AnyNoContext

const ofColumn = ({ pii, type }: Column.Any): OfText => {
  if (pii !== undefined) return Pii.fromText(pii)
  switch (type._tag) {
    case "Text":
      return textWith((text) => lengthOf(text) <= type.maxLength, `text of at most ${type.maxLength} characters`)
    case "LongText":
      return Schema.String
    case "Integer":
      return integer
    case "Decimal":
      return textWith(
        (text) => Decimal.is(text) && fits(text, type.precision, type.scale),
        `a decimal with at most ${type.precision - type.scale} digits before the point and ${type.scale} behind it`
      )
    case "Boolean":
      return boolean
    case "Timestamp":
      return Timestamp.anyZone
    case "Day":
      return Day.schema
  }
}

const textWith = (is: (text: string) => boolean, identifier: string): OfText =>
  Schema.String.pipe(Schema.filter(is, { identifier }))

/** In code points, as databases count. */
const lengthOf = (text: string): number => [...text].length

const fits = (decimal: string, precision: number, scale: number): boolean => {
  const [whole = "", fraction = ""] = decimal.replace("-", "").split(".")
  return whole.replace(/^0+/, "").length <= precision - scale && fraction.replace(/0+$/, "").length <= scale
}

const integer: OfText = Schema.transformOrFail(Schema.String, Schema.Number, {
  strict: true,
  decode: (text, _, ast) =>
    /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))
      ? ParseResult.succeed(Number(text))
      : ParseResult.fail(new ParseResult.Type(ast, text)),
  encode: (number) => ParseResult.succeed(String(number))
}).annotations({ identifier: "a whole number" })

const boolean: OfText = Schema.transformOrFail(Schema.String, Schema.Boolean, {
  strict: true,
  decode: (text, _, ast) =>
    text === "true" || text === "false"
      ? ParseResult.succeed(text === "true")
      : ParseResult.fail(new ParseResult.Type(ast, text)),
  encode: (value) => ParseResult.succeed(String(value))
}).annotations({ identifier: "true or false" })
