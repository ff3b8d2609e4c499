import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Calendar from "./internal/Calendar.ts"
import * as Ordinals from "./internal/Ordinals.ts"
import * as Runs from "./internal/Runs.ts"
import * as storedCells from "./internal/storedCells.ts"
import { type Granularity, isLength } from "./internal/TimeGrid.ts"
import type { Space } from "./Space.ts"

/**
 * Partitions as they are stored: by what a window starts at, and never by an index, so that neither an earlier start nor new zone
 * data moves them.
 */
export const Stored = Schema.Struct({
  /** What the numbers of time windows are: the second that an hour starts at, or the number of a window's first day. */
  unit: Schema.Literal("second", "day", "none"),
  /**
   * The windows by the other part of the key, escaped as in a key: `""` for a set of time windows. Each has the first and the last
   * number of every range, alternately, ascending. A set without windows has an empty list for each of its keys. A product is
   * ranged along its first time dimension, and the keys of its other dimensions are joined by `|`.
   */
  cells: Schema.Record({ key: Schema.String, value: Schema.Array(Schema.Number) })
})
export type Stored = typeof Stored.Type

/** The unit in which windows are stored. */
export const unitOf = (granularity: Granularity): "second" | "day" =>
  granularity === "hour" || !isLength(granularity) ? "second" : "day"

/** No partitions of a set whose windows have this unit. */
export const empty = (unit: Stored["unit"]): Stored => ({ unit, cells: {} })

/** Some partitions of a space. O(ranges); for a set without windows, O(partitions). */
export const of = (space: Space, runs: Runs.Runs): Stored => {
  const { cellOf, length, windows } = storedCells.layoutOf(space)
  const cells = new Map<string, Array<number>>()
  const bounds = Runs.boundsOf(runs)
  // An array that grows to half a million numbers takes three times as long as one that has their places.
  const known = space.windows === undefined ? 0 : bounds.length
  let [start, end, count] = [0, 0, 0]
  let ranges: Array<number> = []
  for (let range = 0; range < bounds.length; range += 2) {
    const to = bounds[range + 1] ?? 0
    for (let at = bounds[range] ?? 0; at < to; at = end) {
      if (at >= end) {
        const line = Math.floor(at / length)
        start = line * length
        end = start + length
        ranges = new Array(known)
        count = 0
        cells.set(cellOf(line), ranges)
      }
      if (windows === undefined) continue
      ranges[count++] = windows.ordinalOf(at - start)
      ranges[count++] = windows.ordinalOf(Math.min(to, end) - 1 - start)
    }
  }
  return { unit: unitIn(space), cells: Object.fromEntries(cells) }
}

/**
 * The indices of stored partitions, and those that the space does not have: windows before its start or after its end, excluded
 * ones, and keys that are gone. Partitions of another unit are all orphaned.
 */
export const toRuns = (space: Space, stored: Stored): { readonly runs: Runs.Runs; readonly orphaned: Stored } => {
  if (stored.unit !== unitIn(space)) return { runs: Runs.empty(space.size), orphaned: stored }
  const layout = storedCells.layoutOf(space)
  const { length, lineOf, windows } = layout
  const found: Array<readonly [from: number, to: number]> = []
  const orphaned = new Map<string, Ordinals.Ordinals>()
  for (const [cell, ranges] of Object.entries(stored.cells)) {
    const line = lineOf(cell)
    if (Either.isLeft(line)) {
      orphaned.set(cell, ranges)
      continue
    }
    const base = line.right * length
    if (windows === undefined) {
      found.push([base, base + 1])
      continue
    }
    const lost = storedCells.locate(layout, windows, ranges, (from, to) => found.push([base + from, base + to]))
    if (lost.length > 0) orphaned.set(cell, lost)
  }
  return {
    runs: Runs.intersect(Runs.fromRanges(space.size, found), space.all),
    orphaned: { unit: stored.unit, cells: Object.fromEntries(orphaned) }
  }
}

/**
 * The partitions of either. With the granularity of the windows, ranges that are next to each other become one. Without it, only
 * days do, since nothing says whether a window starts between the ranges.
 */
export const union = (self: Stored, that: Stored, granularity?: Granularity): Stored =>
  combine(self, that, (mine = [], theirs = []) => Ordinals.union(mine, theirs, Ordinals.stepsOf(granularity)))

/**
 * The partitions of `self` that are not in `that`. A range of hours can be left without any hour in it, and is then not empty by
 * `isEmpty`; `toRuns` finds nothing in it.
 */
export const difference = (self: Stored, that: Stored, granularity?: Granularity): Stored =>
  combine(self, that, (mine, theirs) => {
    if (mine === undefined || (theirs !== undefined && self.unit === "none")) return undefined
    const rest = Ordinals.difference(mine, theirs ?? [], Ordinals.stepsOf(granularity))
    return rest.length === 0 && self.unit !== "none" ? undefined : rest
  })

/**
 * Whether both may have a partition in common: a range or a key. Partitions of different units may: nobody knows which windows of one
 * are in the other.
 */
export const overlaps = (self: Stored, that: Stored): boolean => {
  if (self.unit !== that.unit) return !isEmpty(self) && !isEmpty(that)
  const others = new Map(Object.entries(that.cells))
  return Object.entries(self.cells).some(([cell, ranges]) => {
    const theirs = others.get(cell)
    return theirs !== undefined && (self.unit === "none" || Ordinals.intersects(ranges, theirs))
  })
}

/** Whether there is no range and no key. */
export const isEmpty = ({ cells }: Stored): boolean => Object.keys(cells).length === 0

/**
 * The number of partitions. A range of windows can only be counted with its granularity: undefined without it, and undefined for
 * a range of ticks of a cron expression. Hours are counted as 60 minutes, which is wrong by one for each shift of the zone by a
 * part of an hour. Excluded partitions of a range are not known and not subtracted: `of` leaves them out of its ranges.
 */
export const count = ({ cells, unit }: Stored, granularity?: Granularity): number | undefined => {
  const length = granularity !== undefined && isLength(granularity) ? granularity : undefined
  let sum = 0
  for (const ranges of Object.values(cells)) {
    if (unit === "none") sum++
    for (const [first, last] of Ordinals.pairs(ranges)) {
      const windows = first === last ? 1 : length && Ordinals.countOf(length, first, last)
      if (windows === undefined) return undefined
      sum += windows
    }
  }
  return sum
}

/**
 * Partitions in words, without their set: `2024-08-01..2024-08-31, 2024-09-03|eu`. Seconds are shown as UTC times, weeks and months
 * as their first day. At most `limit` ranges are written.
 */
export const text = ({ cells, unit }: Stored, limit = 3): string => {
  const rangesOf = (cell: string, ordinals: Ordinals.Ordinals): ReadonlyArray<string> => {
    if (unit === "none") return [cell]
    const write = unit === "day" ? Calendar.dateOf : timeOf
    const key = cell === "" ? "" : `|${cell}`
    return [...Ordinals.pairs(ordinals)].map(
      ([first, last]) => `${write(first)}${first === last ? "" : `..${write(last)}`}${key}`
    )
  }
  const ranges = Object.entries(cells).flatMap(([cell, ordinals]) => rangesOf(cell, ordinals))
  const more = ranges.length - limit
  if (more <= 0) return ranges.join(", ")
  const what = unit === "none" ? "" : more === 1 ? " range" : " ranges"
  return `${ranges.slice(0, limit).join(", ")} and ${more} more${what}`
}

/** The unit in which the windows of a space are stored; for a product, those of its first time dimension. */
const unitIn = (space: Space): Stored["unit"] => storedCells.layoutOf(space).windows?.unit ?? "none"

/** Combines two of one unit cell by cell; a cell without a result is left out. */
const combine = (
  self: Stored,
  that: Stored,
  of: (mine: Ordinals.Ordinals | undefined, theirs: Ordinals.Ordinals | undefined) => Ordinals.Ordinals | undefined
): Stored => {
  const cells = new Map(Object.entries(self.cells))
  const others = new Map(Object.entries(that.cells))
  for (const cell of new Set([...cells.keys(), ...others.keys()])) {
    const result = of(cells.get(cell), others.get(cell))
    if (result === undefined) cells.delete(cell)
    else cells.set(cell, result)
  }
  return { unit: self.unit, cells: Object.fromEntries(cells) }
}

/** A second since the epoch, as `2024-08-01T06:30Z`. */
const timeOf = (second: number): string => `${new Date(second * 1000).toISOString().replace(/(:00)?\.000Z$/, "")}Z`
