import { lastAtMost } from "./lastAtMost.ts"
import * as ZoneTable from "./ZoneTable.ts"

/** Milliseconds of an hour. */
export const hour = 3_600_000

/**
 * The hours of a time zone, by number: 0 is the first one that starts at or after 1970-01-01T00:00Z. An hour starts at each
 * instant at which the zone's clock shows a full hour. A repeated hour starts twice, a skipped one never. If a zone shifts by half
 * an hour, the hour before the shift lasts 30 or 90 minutes.
 */
export interface Hours {
  readonly startOf: (number: number) => number
  /** The last hour that has started at an instant. */
  readonly numberAt: (instant: number) => number
  /** The time that the zone's clock shows at an instant, as if it were UTC. */
  readonly shownAt: (instant: number) => number
  /** The hours that start when the clock shows a full hour, ascending. Those before 1970 are left out. */
  readonly showing: (shown: number) => ReadonlyArray<number>
}

/** The hours of a table's zone. A lookup is a binary search and a division. */
export const make = (table: ZoneTable.ZoneTable): Hours => {
  const { offsets, since } = table
  // Of each entry: its first full hour, and how many hours start before it.
  const firsts: Array<number> = []
  const counts: Array<number> = []
  let count = 0
  offsets.forEach((offset, at) => {
    const from = Math.max(0, since[at] ?? 0)
    const first = Math.ceil((from + offset) / hour) * hour - offset
    const end = since[at + 1] ?? Number.POSITIVE_INFINITY
    firsts.push(first)
    counts.push(count)
    count += Math.max(0, Math.ceil((end - first) / hour))
  })

  const startOf = (number: number): number => {
    const at = Math.max(0, lastAtMost(counts, number))
    return (firsts[at] ?? 0) + (number - (counts[at] ?? 0)) * hour
  }

  const numberAt = (instant: number): number => {
    const at = ZoneTable.entryAt(table, instant)
    return (counts[at] ?? 0) + Math.max(-1, Math.floor((instant - (firsts[at] ?? 0)) / hour))
  }

  const shownAt = (instant: number) => instant + (offsets[ZoneTable.entryAt(table, instant)] ?? 0)

  const showing = (shown: number): ReadonlyArray<number> =>
    ZoneTable.instantsShowing(table, shown)
      .map(numberAt)
      .filter((number) => number >= 0)

  return { startOf, numberAt, shownAt, showing }
}
