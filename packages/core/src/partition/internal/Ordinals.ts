import { type Granularity, isLength, type Length } from "./TimeGrid.ts"

/** Stored windows: the first and the last ordinal of every range, alternately, ascending. */
export type Ordinals = ReadonlyArray<number>

/** What is known of the starts of windows without their zone. */
export interface Steps {
  /** Whether no window starts between two ordinals. */
  readonly isNext: (last: number, first: number) => boolean
  /** An ordinal before `ordinal`, such that no window starts between them. */
  readonly before: (ordinal: number) => number
  readonly after: (ordinal: number) => number
  /** Whether no window starts from `first` to `last`, as far as that can be said. */
  readonly isVoid: (first: number, last: number) => boolean
}

/** The ranges, each with its first and its last ordinal. */
export function* pairs(ordinals: Ordinals): Generator<readonly [first: number, last: number]> {
  for (let at = 0; at < ordinals.length; at += 2) {
    const first = ordinals[at] ?? 0
    yield [first, ordinals[at + 1] ?? first]
  }
}

/** The steps of a granularity. Those of cron expressions are not known. */
export const stepsOf = (granularity: Granularity | undefined): Steps =>
  granularity === undefined || !isLength(granularity) ? unknown : steps[granularity]

const unknown: Steps = {
  isNext: (last, first) => first - last <= 1,
  before: (ordinal) => ordinal - 1,
  after: (ordinal) => ordinal + 1,
  isVoid: (first, last) => first > last
}

/** 1970-01-05 was a Monday. */
const monday = 4

const firstOfMonth = (dayNumber: number, months: number): number => {
  const date = new Date(dayNumber * 86_400_000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / 86_400_000
}

const steps: Readonly<Record<Length, Steps>> = {
  // A shift of half an hour makes an hour of 30 or 90 minutes, but never two in a row.
  hour: {
    ...unknown,
    isNext: (last, first) => first - last <= 1 || first - last === 3600,
    // What is left between two hours.
    isVoid: (first, last) => first > last || last - first === 3598
  },
  day: unknown,
  week: {
    ...unknown,
    isNext: (last, first) => first - last <= 7,
    before: (ordinal) => Math.floor((ordinal - 1 - monday) / 7) * 7 + monday,
    after: (ordinal) => Math.ceil((ordinal + 1 - monday) / 7) * 7 + monday
  },
  month: {
    ...unknown,
    isNext: (last, first) => first - last <= 31,
    before: (ordinal) => firstOfMonth(ordinal - 1, 0),
    after: (ordinal) => firstOfMonth(ordinal, 1)
  }
}

/** The number of windows that start from `first` to `last`, both included. */
export const countOf = (granularity: Length, first: number, last: number): number => {
  switch (granularity) {
    case "hour":
      return Math.floor((last - first) / 3600) + 1
    case "day":
      return last - first + 1
    case "week":
      return (last - first) / 7 + 1
    case "month": {
      const [from, to] = [new Date(first * 86_400_000), new Date(last * 86_400_000)]
      return (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth() + 1
    }
  }
}

/** The windows of either list. Ranges that overlap or are next to each other become one. */
export const union = (self: Ordinals, that: Ordinals, steps: Steps): Ordinals => {
  const both = [...pairs(self), ...pairs(that)]
  return merged(both.sort(([a], [b]) => a - b).flat(), steps)
}

/** Ranges that are ascending by their first ordinal, with those that overlap or are next to each other as one. */
export const merged = (ordinals: Ordinals, { isNext }: Steps): Ordinals => {
  const ranges: Array<number> = []
  for (const [first, last] of pairs(ordinals)) {
    const end = ranges.at(-1)
    if (end !== undefined && isNext(end, first)) ranges[ranges.length - 1] = Math.max(end, last)
    else ranges.push(first, last)
  }
  return ranges
}

/** Whether a range of one overlaps a range of the other. */
export const intersects = (self: Ordinals, that: Ordinals): boolean => {
  let [a, b] = [0, 0]
  while (a < self.length && b < that.length) {
    const [first = 0, last = first] = self.slice(a, a + 2)
    const [start = 0, end = start] = that.slice(b, b + 2)
    if (first <= end && start <= last) return true
    if (last < end) a += 2
    else b += 2
  }
  return false
}

/**
 * The windows of `self` that are not in `that`. A rest of a range reaches up to the windows that were taken out of it, so that its
 * bounds need not be starts of windows.
 */
export const difference = (self: Ordinals, that: Ordinals, { after, before, isVoid }: Steps): Ordinals => {
  const rest: Array<number> = []
  const taken = [...pairs(that)]
  let at = 0
  for (const [first, last] of pairs(self)) {
    while (at < taken.length && (taken[at]?.[1] ?? 0) < first) at++
    let from = first
    for (let by = at; by < taken.length; by++) {
      const [start, end] = taken[by] ?? [0, 0]
      if (start > last) break
      if (!isVoid(from, before(start))) rest.push(from, before(start))
      from = after(end)
    }
    if (!isVoid(from, last)) rest.push(from, last)
  }
  return rest
}
