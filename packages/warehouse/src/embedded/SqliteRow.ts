import { Pii } from "@sluice/core/data/Pii"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as Driver from "../internal/libsqlDriver.ts"
import * as ColumnValue from "../sql/ColumnValue.ts"
import { textOf } from "../sql/SqlDialect.ts"
import type * as JsonText from "./JsonText.ts"

/** A value that its column cannot hold: its place and the reason, never the value. */
export interface Misfit {
  readonly _tag: "Misfit"
  readonly ordinal: number
  readonly column: string
  readonly reason: string
}

/**
 * Writes rows, with values in column order. Returns the first value that does not fit its column; then the text written so far
 * must not be used. `ordinal` is the row's.
 */
export const encoder = (
  columns: Table.Columns
): ((row: Readonly<Record<string, unknown>>, ordinal: number, into: JsonText.Writer) => Misfit | undefined) => {
  const fields = Object.entries(columns).map(([name, column], index) => ({
    ...{ name, column, isFirst: index === 0 },
    check: ColumnValue.checkOf(column),
    write: writerOf(column.type)
  }))
  return (row, ordinal, into) => {
    into.beginRow()
    for (const { check, column, isFirst, name, write } of fields) {
      const value = row[name]
      if (!isFirst) into.separate()
      if (value === null && column.nullable) into.null()
      else {
        const reason = value === null ? "is null" : check(value)
        if (reason !== undefined) return { _tag: "Misfit", ordinal, column: name, reason }
        write(value, into)
      }
    }
    into.endRow()
    return undefined
  }
}

/** The select list of the columns, in order, in the form that `decoder` reads. */
export const selectList = (columns: Table.Columns, exactText: (column: string) => string, quote: (name: string) => string) =>
  Object.entries(columns)
    .map(([name, { type }]) => (type._tag === "Text" || type._tag === "LongText" ? exactText(quote(name)) : quote(name)))
    .join(", ")

/** Decodes rows that were selected by `selectList`. */
export const decoder = <C extends Table.Columns>(
  columns: C
): ((rows: ReadonlyArray<ReadonlyArray<unknown>>) => ReadonlyArray<Table.Row<{ readonly columns: C }>>) => {
  const fields = Object.entries(columns).map(([name, column]) => ({ name, decode: decoderOf(column) }))
  return (rows) =>
    Driver.rowsOf(
      rows.map((values) => {
        const row: Record<string, unknown> = {}
        for (const [index, { name, decode }] of fields.entries()) {
          const value = values[index]
          row[name] = value === null ? null : decode(value)
        }
        return row
      })
    )
}

/** SQLite keeps 15 digits of a NUMERIC exactly (https://sqlite.org/datatype3.html). Longer decimals are stored as text. */
export const isNumeric = (precision: number): boolean => precision <= 15

/** A decimal with exactly `scale` digits after its point, no leading zeros, and no sign on zero. */
export const fixed = (decimal: string, scale: number): string => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(decimal) ?? []
  const digits = scale === 0 ? whole : `${whole}.${fraction.slice(0, scale).padEnd(scale, "0")}`
  return sign !== "" && /[1-9]/.test(digits) ? `-${digits}` : digits
}

/** Writes a value that fits its column. */
type Write = (value: unknown, into: JsonText.Writer) => void

const writerOf = (type: Column.ColumnType): Write => {
  switch (type._tag) {
    case "Text":
    case "LongText":
    case "Day":
      return (value, into) => into.quoted(String(value))
    case "Integer":
      return (value, into) => into.plain(String(value))
    case "Decimal": {
      const { precision, scale } = type
      return isNumeric(precision)
        ? (value, into) => into.quoted(String(value))
        : (value, into) => into.quoted(fixed(String(value), scale))
    }
    case "Boolean":
      return (value, into) => into.plain(value === true ? "1" : "0")
    case "Timestamp":
      return (value, into) => into.time(String(value))
  }
}

const decoderOf = (column: Column.Any): ((value: unknown) => unknown) => {
  const { type, pii } = column
  switch (type._tag) {
    case "Text":
    case "LongText":
      return pii === undefined ? text : (value) => Pii.make(pii, text(value))
    case "Integer":
      return Number
    case "Decimal": {
      const { precision, scale } = type
      return isNumeric(precision)
        ? (value) => fixed(Number(value).toFixed(scale), scale)
        : (value) => fixed(text(value), scale)
    }
    case "Boolean":
      return (value) => Number(value) !== 0
    case "Timestamp":
      return (value) => `${text(value).slice(0, 10)}T${text(value).slice(11)}Z`
    case "Day":
      return text
  }
}

const text = (value: unknown): string =>
  typeof value === "string" || value instanceof ArrayBuffer || value instanceof Uint8Array ? textOf(value) : String(value)
