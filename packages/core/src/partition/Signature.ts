import * as Schema from "effect/Schema"
import type * as Table from "../relation/Table.ts"
import * as Calendar from "./internal/Calendar.ts"
import * as Ordinals from "./internal/Ordinals.ts"
import * as TimeGrid from "./internal/TimeGrid.ts"
import type { Space } from "./Space.ts"
import { type Stored, text as storedText, unitOf as unitOfWindows } from "./Stored.ts"

/**
 * What the stored partitions of a set mean. As long as it stays the same, a declaration can change its start, its end and its
 * keys. With another granularity or zone, what is stored are the partitions of another set.
 */
export const Signature = Schema.Struct({
  /** The name of the set. */
  partitions: Schema.String,
  /** The dimensions of a product, in order. Any other set has one, without a name. */
  dimensions: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      /** The granularity of time windows, or `keys`. */
      cut: Schema.String,
      /** The zone of time windows; empty text for keys. */
      timezone: Schema.String,
      /** The column of a table that says which partition a row is in. Absent if nothing names one, and in records of earlier versions. */
      column: Schema.optionalWith(Schema.String, { exact: true })
    })
  )
})
export type Signature = typeof Signature.Type

/** The signature of a set's space, and of the columns by which a table is cut. */
export const of = (space: Space, partitionBy?: Table.PartitionBy): Signature => {
  const dimensions =
    space.dimensions.length === 0 ? [partOf("", space)] : space.dimensions.map((d) => partOf(d.name, d.space))
  return { partitions: space.name, dimensions: dimensions.map((part) => ({ ...part, ...columnOf(part, partitionBy) })) }
}

/** A signature with the columns that another one of the same cut names. What an earlier version recorded names none. */
export const withColumnsOf = (self: Signature, { dimensions }: Signature): Signature => ({
  ...self,
  dimensions: self.dimensions.map((part, at) => {
    const column = dimensions[at]?.column
    return column === undefined ? part : { ...part, column }
  })
})

/** How two signatures differ, in sentences; empty if what is stored by one can be read by the other. A name may change. */
export const differences = (was: Signature, is: Signature): ReadonlyArray<string> => {
  const changed = (before: ReadonlyArray<string>, after: ReadonlyArray<string>) =>
    before.length === after.length && before.every((text, at) => text === after[at])
      ? []
      : [`${is.partitions} was cut ${before.join(" and ")}, and is now cut ${after.join(" and ")}.`]
  const recut = changed(was.dimensions.map(words), is.dimensions.map(words))
  const areKnown = [...was.dimensions, ...is.dimensions].every(({ column }) => column !== undefined)
  return recut.length > 0 || !areKnown ? recut : changed(was.dimensions.map(columnWords), is.dimensions.map(columnWords))
}

/** The granularity by which partitions are stored: that of the first time dimension; undefined if there is none. */
export const granularityOf = ({ dimensions }: Signature): TimeGrid.Granularity | undefined =>
  dimensions.map(({ cut }) => cut).find(isGranularity)

const isGranularity = (cut: string): cut is TimeGrid.Granularity =>
  cut.startsWith("cron ") || granularities.some((granularity) => granularity === cut)

/** The unit in which partitions are stored. */
export const unitOf = (signature: Signature): Stored["unit"] => {
  const granularity = granularityOf(signature)
  return granularity === undefined ? "none" : unitOfWindows(granularity)
}

/**
 * Stored partitions as their keys: `2024-08-01T02..2024-08-01T23, 2024-08-03T00|eu`. Both ends are included. At most `limit` ranges are
 * written. Windows of a cron expression are written as times in UTC.
 */
export const text = (set: Signature, stored: Stored, limit = 3): string => {
  const { cells, unit } = stored
  const at = set.dimensions.findIndex(({ cut }) => granularities.some((granularity) => granularity === cut))
  const time = set.dimensions[at]
  const granularity = granularityOf(set)
  if (time === undefined || granularity === undefined || unit !== unitOf(set)) return storedText(stored, limit)
  const ranges = Object.entries(cells).flatMap(([cell, ordinals]) =>
    [...Ordinals.pairs(ordinals)].map(([first, last]) => [cell, first, last] as const)
  )
  const latest = ranges.reduce((most, [, , last]) => Math.max(most, last), 0) * (unit === "second" ? 1000 : Calendar.day)
  const grid = TimeGrid.make(granularity, time.timezone, latest + 62 * Calendar.day)
  const keyOf = (ordinal: number) => {
    const number = grid.numberOf(ordinal)
    return number === undefined ? String(ordinal) : grid.keyOf(number)
  }
  const written = ranges.slice(0, limit).map(([cell, first, last]) => {
    const others = cell === "" ? [] : cell.split("|")
    const window = first === last ? keyOf(first) : `${keyOf(first)}..${keyOf(last)}`
    return [...others.slice(0, at), window, ...others.slice(at)].join("|")
  })
  const more = ranges.length - written.length
  return `${written.join(", ")}${more === 0 ? "" : ` and ${more} more range${more === 1 ? "" : "s"}`}`
}

const granularities = ["hour", "day", "week", "month"] as const

type Part = Signature["dimensions"][number]

const partOf = (name: string, { dimensions, windows }: Space): Part => {
  if (windows !== undefined) return { name, cut: windows.granularity, timezone: windows.timezone }
  const inner = dimensions.map((dimension) => words(partOf(dimension.name, dimension.space)))
  return { name, cut: inner.length === 0 ? "keys" : `cells (${inner.join(" and ")})`, timezone: "" }
}

const columnOf = ({ name }: Part, partitionBy: Table.PartitionBy) => {
  const column = typeof partitionBy === "object" ? partitionBy[name] : partitionBy
  return column === undefined ? {} : { column }
}

const columnWords = ({ column }: Part): string => `by the column ${column}`

const words = ({ cut, timezone }: Part): string => (timezone === "" ? `by ${cut}` : `by ${cut} of ${timezone}`)
