import { Pii } from "@sluice/core/data/Pii"
import type * as Column from "../Column.ts"
import type * as Table from "../Table.ts"

/** A value as a statement binds it. */
export type Cell = string | number | null

/**
 * Encodes rows of a table: each row's cells are pushed onto `into`, in column order. Answers what is wrong with a row, as
 * `"amount" has more than 2 digits behind the point`, where the server would refuse it or change it without a word.
 */
export const rowEncoder = (
  table: Table.Any
): ((row: Readonly<Record<string, unknown>>, into: Array<Cell>) => string | undefined) => {
  const columns = Object.entries(table.columns).map(([name, column]) => ({
    name,
    nullable: column.nullable,
    encode: column.pii === undefined ? cellEncoder(column.type) : () => personal
  }))
  return (row, into) => {
    for (const { name, nullable, encode } of columns) {
      const value = row[name]
      if (value === null) {
        if (!nullable) return `"${name}" is null`
        into.push(null)
        continue
      }
      const cell = encode(value)
      if (typeof cell === "object") return `"${name}" ${cell.problem}`
      into.push(cell)
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

interface Refused {
  readonly problem: string
}
const refused = (problem: string): Refused => ({ problem })
const personal = refused("is a personal value, which only the masker stores, in a mask table")

const cellEncoder = (type: Column.ColumnType): ((value: unknown) => string | number | Refused) => {
  switch (type._tag) {
    case "Text": {
      // Spaces past the end would be cut off without an error, even in strict mode.
      const tooLong = refused(`is longer than ${type.maxLength} characters`)
      return (value) => {
        const text = textOf(value)
        if (typeof text !== "string") return text
        return text.length > type.maxLength && lengthOf(text) > type.maxLength ? tooLong : text
      }
    }
    case "LongText":
      return textOf
    case "Integer":
      return (value) => (Number.isSafeInteger(value) ? Number(value) : refused("is not a safe integer"))
    case "Decimal": {
      const whole = type.precision - type.scale
      const pattern = new RegExp(`^-?(?=\\d)0*\\d{0,${whole}}(?:\\.\\d{0,${type.scale}}0*)?$`)
      const problem = refused(`is not a decimal with at most ${whole} digits before the point and ${type.scale} behind it`)
      return (value) => (typeof value === "string" && pattern.test(value) ? value : problem)
    }
    case "Boolean":
      return (value) => (typeof value === "boolean" ? Number(value) : refused("is not a boolean"))
    case "Timestamp":
      return (value) =>
        typeof value === "string" && timestamp.test(value)
          ? `${value.slice(0, 10)} ${value.slice(11, 23)}`
          : refused("is not a timestamp like 2024-03-01T09:30:00.000Z")
    case "Day":
      return (value) => (typeof value === "string" && day.test(value) ? value : refused("is not a day like 2024-03-01"))
  }
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const day = /^\d{4}-\d{2}-\d{2}$/
const loneSurrogate = /\p{Surrogate}/u

const textOf = (value: unknown): string | Refused => {
  if (typeof value !== "string") return refused("is not text")
  return loneSurrogate.test(value) ? refused("is not well-formed Unicode") : value
}

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
