import { Pii } from "@sluice/core/data/Pii"
import * as Timestamp from "@sluice/core/data/Timestamp"
import type * as Column from "@sluice/core/relation/Column"

/** Describes what is wrong with a value of a column, without the value; undefined if the value fits. */
export type Check = (value: unknown) => string | undefined

/**
 * Checks values of a column before a driver sees them. Servers and SQLite refuse some wrong values, but truncate or change
 * others. The caller checks null.
 */
export const checkOf = ({ pii, type }: Pick<Column.Any, "pii" | "type">): Check => {
  if (pii !== undefined) return () => personal
  switch (type._tag) {
    case "Text": {
      const { maxLength } = type
      // Servers cut spaces past the end without an error, even in strict mode.
      const tooLong = problemOf(type)
      return (value) => (typeof value !== "string" ? notText(value) : isAtMost(value, maxLength) ? undefined : tooLong)
    }
    case "LongText":
      return (value) => (typeof value === "string" ? undefined : notText(value))
    case "Integer":
      return (value) => (Number.isSafeInteger(value) ? undefined : problemOf(type))
    case "Decimal": {
      const { precision, scale } = type
      const fraction = scale === 0 ? "0+" : `\\d{1,${scale}}0*`
      const pattern = new RegExp(`^-?0*\\d{${precision === scale ? "0,0" : `1,${precision - scale}`}}(?:\\.${fraction})?$`)
      const problem = problemOf(type)
      return (value) => (typeof value === "string" && /^-?\d/.test(value) && pattern.test(value) ? undefined : problem)
    }
    case "Boolean":
      return (value) => (typeof value === "boolean" ? undefined : problemOf(type))
    case "Timestamp": {
      // Rows that are loaded together mostly share a time, so the last valid one is remembered.
      let known = ""
      return (value) => {
        if (value === known) return undefined
        if (typeof value !== "string" || !isTimestamp(value)) return problemOf(type)
        known = value
        return undefined
      }
    }
    case "Day":
      return (value) =>
        typeof value === "string" && day.test(value) && isInstant(`${value}T00:00:00.000Z`) ? undefined : problemOf(type)
  }
}

/** What is wrong with a value that is of another type than its column, or too long for it. */
export const problemOf = (type: Column.ColumnType): string => {
  switch (type._tag) {
    case "Text":
      return `is longer than ${type.maxLength} characters`
    case "LongText":
      return "is not text"
    case "Integer":
      return "is not a safe integer"
    case "Decimal":
      return `is not a decimal with at most ${type.precision - type.scale} digits before the point and ${type.scale} behind it`
    case "Boolean":
      return "is not a boolean"
    case "Timestamp":
      return "is not a timestamp like 2024-03-01T09:30:00.000Z"
    case "Day":
      return "is not a day like 2024-03-01"
  }
}

const personal = "is a personal value, which only the masker stores, in a mask table"
const notText = (value: unknown) => (value instanceof Pii ? personal : "is not text")

/** Counts code points, as servers do. A text never has more of them than UTF-16 units. */
const isAtMost = (value: string, maxLength: number): boolean =>
  value.length <= maxLength || (value.length <= 2 * maxLength && [...value].length <= maxLength)

/** A store may hold years before 1000, which `Timestamp.fromText` refuses. */
const isTimestamp = (value: string) => Timestamp.fromText(value) === value || (time.test(value) && isInstant(value))
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const day = /^\d{4}-\d\d-\d\d$/

/** Whether the day exists and has that time. `Date.parse` takes 30 February for a day of March, and 24:00 for the next day. */
const isInstant = (iso: string): boolean => {
  const millis = Date.parse(iso)
  return !Number.isNaN(millis) && new Date(millis).toISOString() === iso
}
