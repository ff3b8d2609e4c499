import type * as Column from "@sluice/core/relation/Column"
import { isNumeric } from "./SqliteRow.ts"

/**
 * A SQL condition: the value of a column, as SQLite keeps it, is one that `ColumnValue` would accept. It is 1 or 0, never
 * NULL. That NULL is where it may be is a constraint of the table.
 */
export const holds = (name: string, { type }: Column.Any): string =>
  `coalesce(${name} IS NULL OR (${conditionOf(name, type)}), 0)`

const conditionOf = (name: string, type: Column.ColumnType): string => {
  switch (type._tag) {
    case "Text":
      return `typeof(${name}) = 'text' AND length(${name}) <= ${type.maxLength}`
    case "LongText":
      return `typeof(${name}) = 'text'`
    case "Integer":
      return `typeof(${name}) = 'integer' AND ${name} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`
    case "Decimal":
      return isNumeric(type.precision) ? number(name, type) : digits(name, type)
    case "Boolean":
      return `typeof(${name}) = 'integer' AND ${name} IN (0, 1)`
    case "Timestamp":
      return `typeof(${name}) = 'text' AND ${name} = strftime('%Y-%m-%d %H:%M:%f', ${name})`
    case "Day":
      return `typeof(${name}) = 'text' AND ${name} = date(${name})`
  }
}

interface Scaled {
  readonly precision: number
  readonly scale: number
}

const number = (name: string, { precision, scale }: Scaled): string => {
  const bound = `1${"0".repeat(precision - scale)}`
  return `typeof(${name}) IN ('integer', 'real') AND ${name} > -${bound} AND ${name} < ${bound} AND round(${name}, ${scale}) = ${name}`
}

/** Decimals of more digits than a number has are text: one sign at most, digits, and after a point digits again. */
const digits = (name: string, { precision, scale }: Scaled): string => {
  const unsigned = `substr(${name}, 1 + (substr(${name}, 1, 1) = '-'))`
  // With a point added there is always one to cut at.
  const point = `instr(${unsigned} || '.', '.')`
  const whole = `substr(${unsigned}, 1, ${point} - 1)`
  const fraction = `substr(${unsigned}, ${point} + 1)`
  return [
    `typeof(${name}) = 'text'`,
    `${whole} <> ''`,
    `${whole} || ${fraction} NOT GLOB '*[^0-9]*'`,
    `length(ltrim(${whole}, '0')) <= ${precision - scale}`,
    `length(rtrim(${fraction}, '0')) <= ${scale}`,
    `${unsigned} NOT LIKE '%.'`
  ].join(" AND ")
}
