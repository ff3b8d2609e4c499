import { Pii } from "@sluice/core/data/Pii"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import type * as InfileText from "./InfileText.ts"

/**
 * Encodes rows of a table: writes each row's cells in column order. Answers what is wrong with a row, as `"amount" has more
 * than 2 digits behind the point`, where the server would refuse it or change it without a word; what has been written of it
 * must not be used then.
 */
export const rowEncoder = (
  table: Table.Any
): ((row: Readonly<Record<string, unknown>>, into: InfileText.Writer) => string | undefined) => {
  const columns = Object.entries(table.columns).map(([name, column], index, all) => ({
    name,
    nullable: column.nullable,
    isLast: index === all.length - 1,
    encode: column.pii === undefined ? cellEncoder(column.type) : () => personal
  }))
  return (row, into) => {
    for (const { encode, isLast, name, nullable } of columns) {
      const value = row[name]
      if (value === null) {
        if (!nullable) return `"${name}" is null`
        into.null()
      } else {
        const problem = encode(value, into)
        if (problem !== undefined) return `"${name}" ${problem}`
      }
      into.endCell(isLast)
    }
    return undefined
  }
}

/** Decodes rows that were selected with dates as text; the inverse of `rowEncoder`. */
export const rowDecoder = (
  columns: Table.Columns
): ((row: Readonly<Record<string, unknown>>) => Record<string, unknown>) => {
  const decoders = Object.entries(columns).map(([name, column]) => [name, valueDecoder(column)] as const)
  return (row) => {
    const decoded: Record<string, unknown> = {}
    for (const [name, decode] of decoders) {
      const value = row[name]
      decoded[name] = value === null || value === undefined ? null : decode(value)
    }
    return decoded
  }
}

const personal = "is a personal value, which only the masker stores, in a mask table"

/** Writes a value, or answers what is wrong with it. */
type CellEncoder = (value: unknown, into: InfileText.Writer) => string | undefined

const cellEncoder = (type: Column.ColumnType): CellEncoder => {
  switch (type._tag) {
    case "Text": {
      // Spaces past the end would be cut off without an error, even in strict mode.
      const tooLong = `is longer than ${type.maxLength} characters`
      return (value, into) => {
        if (typeof value !== "string") return notText
        if (!into.text(value)) return malformed
        return value.length > type.maxLength && lengthOf(value) > type.maxLength ? tooLong : undefined
      }
    }
    case "LongText":
      return (value, into) => (typeof value !== "string" ? notText : into.text(value) ? undefined : malformed)
    case "Integer":
      return (value, into) => (Number.isSafeInteger(value) ? plain(String(value), into) : "is not a safe integer")
    case "Decimal": {
      const whole = type.precision - type.scale
      const pattern = new RegExp(`^-?(?=\\d)0*\\d{0,${whole}}(?:\\.\\d{0,${type.scale}}0*)?$`)
      const problem = `is not a decimal with at most ${whole} digits before the point and ${type.scale} behind it`
      return (value, into) => (typeof value === "string" && pattern.test(value) ? plain(value, into) : problem)
    }
    case "Boolean":
      return (value, into) => (typeof value === "boolean" ? plain(value ? "1" : "0", into) : "is not a boolean")
    case "Timestamp":
      return timestampEncoder()
    case "Day":
      return (value, into) =>
        typeof value === "string" && day.test(value) ? plain(value, into) : "is not a day like 2024-03-01"
  }
}

const plain = (text: string, into: InfileText.Writer): undefined => {
  into.plain(text)
}

/** Rows that are loaded together share a time, mostly: the same one again need not be looked at again. */
const timestampEncoder = (): CellEncoder => {
  let known = ""
  return (value, into) => {
    if (typeof value !== "string") return notTimestamp
    if (value !== known) {
      if (!timestamp.test(value)) return notTimestamp
      known = value
    }
    into.plain(value, 0, 10)
    into.plain(" ")
    into.plain(value, 11, 23)
    return undefined
  }
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const notTimestamp = "is not a timestamp like 2024-03-01T09:30:00.000Z"
const day = /^\d{4}-\d{2}-\d{2}$/
const notText = "is not text"
const malformed = "is not well-formed Unicode"

/** In code points, as the servers count. */
const lengthOf = (text: string): number => {
  let length = 0
  for (const _ of text) length++
  return length
}

const valueDecoder = ({ pii, type }: Column.Any): ((value: unknown) => unknown) => {
  switch (type._tag) {
    case "Text":
    case "LongText":
      return pii === undefined ? String : (value) => Pii.make(pii, String(value))
    case "Decimal":
      return (value) => atScale(String(value), type.scale)
    case "Day":
      return String
    case "Integer":
      return Number
    case "Boolean":
      return (value) => Number(value) !== 0
    case "Timestamp":
      return isoOf
  }
}

/** A view may compute more digits than it declares, or fewer: zeros are added or taken away, other digits never. */
const atScale = (decimal: string, scale: number): string => {
  const [whole = "", fraction = ""] = decimal.split(".")
  const digits = fraction.replace(/0+$/, "").padEnd(scale, "0")
  return digits === "" ? whole : `${whole}.${digits}`
}

/** The binary protocol leaves out a fraction of zero, and midnight. */
const isoOf = (value: unknown): string => {
  const text = String(value)
  const time = text.length > 10 ? text.slice(11, 19) : "00:00:00"
  return `${text.slice(0, 10)}T${time}.${text.slice(20, 23).padEnd(3, "0")}Z`
}
