import { lastAtMost } from "./lastAtMost.ts"

/**
 * The UTC offsets of a time zone. `offsets[i]` holds from the instant `since[i]` until `since[i + 1]`; all are milliseconds. The
 * first entry holds from before 1970, the last one until `until` at least.
 */
export interface ZoneTable {
  readonly since: ReadonlyArray<number>
  readonly offsets: ReadonlyArray<number>
  readonly until: number
}

/** Whether the runtime knows a time zone, such as `Europe/Berlin`. */
export const isKnown = (zone: string): boolean => {
  if (zone === "UTC" || tables.has(zone)) return true
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/**
 * The table of a zone, from 1970 until an instant at least. Tables are kept for the process. A table until 2038 takes some 10 ms
 * to make; UTC takes none.
 */
export const of = (zone: string, until: number): ZoneTable => {
  const known = tables.get(zone)
  if (known !== undefined && known.until >= until) return known
  const made = zone === "UTC" ? utc : build(zone, Math.max(until + tenYears, defaultUntil))
  tables.set(zone, made)
  return made
}

/** The position of the entry that holds at an instant. */
export const entryAt = ({ since }: ZoneTable, instant: number): number => lastAtMost(since, instant)

/** The instants at which the zone's clock shows a time, ascending: one, or two if the time is repeated, or none if it is skipped. */
export const instantsShowing = (table: ZoneTable, shown: number): ReadonlyArray<number> => {
  const { offsets, since } = table
  const instants: Array<number> = []
  // No zone is more than a day from UTC.
  for (let at = entryAt(table, shown - day); (since[at] ?? Number.POSITIVE_INFINITY) <= shown + day; at++) {
    const instant = shown - (offsets[at] ?? 0)
    if (entryAt(table, instant) === at) instants.push(instant)
  }
  return instants
}

const tables = new Map<string, ZoneTable>()
const day = 86_400_000
const tenYears = 3_653 * day
const defaultUntil = Date.UTC(2038, 0, 1)
const utc: ZoneTable = { since: [Number.NEGATIVE_INFINITY], offsets: [0], until: Number.POSITIVE_INFINITY }

/**
 * Two transitions of one zone have been 6.96 days apart (Recife, Noronha and Boa Vista in 2000), and since 1970 never less. With
 * probes every six days, an interval has one transition at most.
 */
const probe = 6 * day

const build = (zone: string, until: number): ZoneTable => {
  const offsetAt = offsetsOf(zone)
  const since = [Number.NEGATIVE_INFINITY]
  const offsets = [offsetAt(0)]
  let before = offsetAt(0)
  for (let at = probe; at < until + probe; at += probe) {
    const offset = offsetAt(at)
    if (offset === before) continue
    since.push(transitionIn(offsetAt, at - probe, at))
    offsets.push(offset)
    before = offset
  }
  return { since, offsets, until }
}

/** The instant, to the second, at which the offset changes after `from` and at `to` at the latest. */
const transitionIn = (offsetAt: (instant: number) => number, from: number, to: number): number => {
  const before = offsetAt(from)
  let [low, high] = [from / 1000, to / 1000]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle * 1000) === before) low = middle
    else high = middle
  }
  return high * 1000
}

/** The offset of a zone at whole seconds, read from what a clock in the zone shows: `08/01/2024, 02:00:00`. */
const offsetsOf = (zone: string): ((instant: number) => number) => {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit"
  })
  return (instant) => {
    const shown = clock.format(instant)
    const two = (at: number) => Number(shown.slice(at, at + 2))
    return Date.UTC(Number(shown.slice(6, 10)), two(0) - 1, two(3), two(12), two(15), two(18)) - instant
  }
}
