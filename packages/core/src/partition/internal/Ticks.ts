import type * as CronPattern from "./CronPattern.ts"
import { lastAtMost } from "./lastAtMost.ts"
import * as ZoneTable from "./ZoneTable.ts"

/**
 * The ticks of a cron expression in a time zone, by number. It ticks at each instant at which the zone's clock shows one of its
 * times: a repeated time ticks twice, a skipped one never. Instants are milliseconds since the epoch.
 */
export interface Ticks {
  readonly startOf: (number: number) => number
  /** The last tick at or before an instant. */
  readonly numberAt: (instant: number) => number
  /** The time that the zone's clock shows at an instant, as if it were UTC. */
  readonly shownAt: (instant: number) => number
  /** The ticks at which the clock shows a time, ascending. */
  readonly showing: (shown: number) => ReadonlyArray<number>
}

/** The ticks of a pattern by a zone's table. A lookup is a few binary searches. */
export const make = (pattern: CronPattern.CronPattern, table: ZoneTable.ZoneTable): Ticks => {
  const { offsets, since } = table
  // Of each entry: its first time, and how many ticks there are before it.
  const firsts: Array<number> = []
  const counts: Array<number> = []
  let count = 0
  offsets.forEach((offset, at) => {
    const first = pattern.countBefore((since[at] ?? 0) + offset)
    firsts.push(first)
    counts.push(count)
    count += pattern.countBefore((since[at + 1] ?? Number.POSITIVE_INFINITY) + offset) - first
  })

  const startOf = (number: number): number => {
    const at = Math.max(0, lastAtMost(counts, number))
    return pattern.timeOf((firsts[at] ?? 0) + number - (counts[at] ?? 0)) - (offsets[at] ?? 0)
  }

  const numberAt = (instant: number): number => {
    const at = ZoneTable.entryAt(table, instant)
    return (counts[at] ?? 0) + pattern.countBefore(instant + (offsets[at] ?? 0) + 1) - (firsts[at] ?? 0) - 1
  }

  const shownAt = (instant: number) => instant + (offsets[ZoneTable.entryAt(table, instant)] ?? 0)

  const showing = (shown: number): ReadonlyArray<number> =>
    ZoneTable.instantsShowing(table, shown)
      .map(numberAt)
      .filter((number) => shownAt(startOf(number)) === shown)

  return { startOf, numberAt, shownAt, showing }
}
