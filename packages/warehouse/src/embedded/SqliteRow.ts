import { Pii } from "@sluice/core/data/Pii"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as Driver from "../internal/libsqlDriver.ts"
import { textOf } from "../sql/SqlDialect.ts"
import type * as JsonText from "./JsonText.ts"

/** A value that its column cannot hold: where it is and why, never what it is. */
export interface Misfit {
  readonly _tag: "Misfit"
  readonly ordinal: number
  readonly column: string
  readonly reason: string
}

/**
 * Writes rows, with their values in the order of the columns; answers the first value that does not fit its column, and then
 * what has been written must not be used. `ordinal` is the row's.
 */
export const encoder = (
  columns: Table.Columns
): ((row: Readonly<Record<string, unknown>>, ordinal: number, into: JsonText.Writer) => Misfit | undefined) => {
  const fields = Object.entries(columns).map(([name, column], index) => ({
    ...{ name, column, isFirst: index === 0 },
    encode: encoderOf(column.type)
  }))
  return (row, ordinal, into) => {
    into.beginRow()
    for (const { column, encode, isFirst, name } of fields) {
      const value = row[name]
      if (!isFirst) into.separate()
      if (value === null && column.nullable) into.null()
      else if (value === null || !encode(value, into)) {
        return { _tag: "Misfit", ordinal, column: name, reason: reasonOf(column.type, value) }
      }
    }
    into.endRow()
    return undefined
  }
}

/** What is selected so that `decoder` can read it, for each column in order. */
export const selectList = (columns: Table.Columns, exactText: (column: string) => string, quote: (name: string) => string) =>
  Object.entries(columns)
    .map(([name, { type }]) => (type._tag === "Text" || type._tag === "LongText" ? exactText(quote(name)) : quote(name)))
    .join(", ")

/** Rows as `selectList` selects them to the table's rows. */
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

/** SQLite keeps 15 digits of a NUMERIC exactly (https://sqlite.org/datatype3.html); longer decimals are kept as text. */
export const isNumeric = (precision: number): boolean => precision <= 15

/** A decimal with exactly `scale` digits after its point, no leading zeros, and no sign on zero. */
export const fixed = (decimal: string, scale: number): string => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(decimal) ?? []
  const digits = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, "0")}`
  return sign !== "" && /[1-9]/.test(digits) ? `-${digits}` : digits
}

/** Writes a value, or answers that it does not fit. */
type Encode = (value: unknown, into: JsonText.Writer) => boolean

const encoderOf = (type: Column.ColumnType): Encode => {
  switch (type._tag) {
    case "Text": {
      const { maxLength } = type
      return texts((value) => isAtMost(value, maxLength))
    }
    case "LongText":
      return texts(() => true)
    case "Integer":
      return (value, into) => Number.isSafeInteger(value) && written(String(value), into)
    case "Decimal": {
      const { precision, scale } = type
      const whole = precision - scale
      const shape = new RegExp(`^-?0*\\d{1,${Math.max(whole, 1)}}${scale === 0 ? "" : `(?:\\.\\d{1,${scale}})?`}$`)
      const zero = /^-?0+(?:\.|$)/
      const fits = (value: string) => shape.test(value) && (whole > 0 || zero.test(value))
      return texts(fits, isNumeric(precision) ? undefined : (value) => fixed(value, scale))
    }
    case "Boolean":
      return (value, into) => typeof value === "boolean" && written(value ? "1" : "0", into)
    case "Timestamp": {
      // A column like `loaded_at` has the same one in every row.
      let known = ""
      return (value, into) => {
        if (typeof value !== "string") return false
        if (value !== known && !(usualTime.test(value) || (time.test(value) && isInstant(value)))) return false
        known = value
        into.time(value)
        return true
      }
    }
    case "Day":
      return texts((value) => /^\d{4}-\d\d-\d\d$/.test(value) && isInstant(`${value}T00:00:00.000Z`))
  }
}

const texts =
  (fits: (value: string) => boolean, stored?: (value: string) => string): Encode =>
  (value, into) => {
    if (typeof value !== "string" || !fits(value)) return false
    into.quoted(stored === undefined ? value : stored(value))
    return true
  }

const written = (text: string, into: JsonText.Writer): true => {
  into.plain(text)
  return true
}

const reasonOf = (type: Column.ColumnType, value: unknown): string => {
  if (value === null || value === undefined) return "has no value"
  switch (type._tag) {
    case "Text":
      return typeof value === "string" ? `is longer than ${type.maxLength} characters` : "is not text"
    case "LongText":
      return value instanceof Pii ? "is a personal value, which only the masker writes" : "is not text"
    case "Integer":
      return "is not a safe integer"
    case "Decimal":
      return `is not a decimal of ${type.precision} digits, ${type.scale} of them behind the point`
    case "Boolean":
      return "is neither true nor false"
    case "Timestamp":
      return "is not a time in UTC with milliseconds"
    case "Day":
      return "is not a day"
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

/** Characters are code points, as in MySQL's VARCHAR; there are never more of them than UTF-16 units. */
const isAtMost = (value: string, maxLength: number): boolean =>
  value.length <= maxLength || (value.length <= 2 * maxLength && [...value].length <= maxLength)

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** A time of a day that every month has, which need not be looked up in the calendar. */
const usualTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether the calendar has that day and the day that time: 30 February would be parsed as one of March, 24:00 of the next day. */
const isInstant = (iso: string): boolean => {
  const millis = Date.parse(iso)
  return !Number.isNaN(millis) && new Date(millis).toISOString() === iso
}
