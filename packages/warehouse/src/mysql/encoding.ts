import { Pii } from "@sluice/core/data/Pii"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as ColumnValue from "../sql/ColumnValue.ts"
import type * as InfileText from "./InfileText.ts"

/**
 * Encodes rows of a table: writes each row's cells in column order. If the server would refuse or silently change a row, it
 * returns the reason, as `"amount" has more than 2 digits behind the point`. The written part of that row must then be
 * discarded.
 */
export const rowEncoder = (
  table: Table.Any
): ((row: Readonly<Record<string, unknown>>, into: InfileText.Writer) => string | undefined) => {
  const columns = Object.entries(table.columns).map(([name, column], index, all) => ({
    name,
    nullable: column.nullable,
    isLast: index === all.length - 1,
    check: ColumnValue.checkOf(column),
    write: writerOf(column.type)
  }))
  return (row, into) => {
    for (const { check, isLast, name, nullable, write } of columns) {
      const value = row[name]
      if (value === null) {
        if (!nullable) return `"${name}" is null`
        into.null()
      } else {
        const problem = check(value) ?? write(value, into)
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

/** Writes a value of its column's type, or returns the reason why it does not fit. */
type CellWriter = (value: unknown, into: InfileText.Writer) => string | undefined

const writerOf = (type: Column.ColumnType): CellWriter => {
  switch (type._tag) {
    case "Text":
    case "LongText":
      return (value, into) => (into.text(String(value)) ? undefined : "is not well-formed Unicode")
    case "Integer":
    case "Decimal":
    case "Day":
      return (value, into) => plain(String(value), into)
    case "Boolean":
      return (value, into) => plain(value === true ? "1" : "0", into)
    case "Timestamp":
      return (value, into) => {
        const iso = String(value)
        into.plain(iso, 0, 10)
        into.plain(" ")
        into.plain(iso, 11, 23)
        return undefined
      }
  }
}

const plain = (text: string, into: InfileText.Writer): undefined => {
  into.plain(text)
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

/** A view may compute more digits than it declares, or fewer. Zeros are added or removed, other digits never. */
const atScale = (decimal: string, scale: number): string => {
  const [whole = "", fraction = ""] = decimal.split(".")
  const digits = fraction.replace(/0+$/, "").padEnd(scale, "0")
  return digits === "" ? whole : `${whole}.${digits}`
}

/** The binary protocol omits a fraction of zero, and midnight. */
const isoOf = (value: unknown): string => {
  const text = String(value)
  const time = text.length > 10 ? text.slice(11, 19) : "00:00:00"
  return `${text.slice(0, 10)}T${time}.${text.slice(20, 23).padEnd(3, "0")}Z`
}
