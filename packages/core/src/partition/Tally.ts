import * as Runs from "./internal/Runs.ts"
import * as Placement from "./Placement.ts"
import type { Slice } from "./Slice.ts"

/** Counts rows by the partition that they are in, and tells those of a slice from others. */
export interface Tally {
  /** Counts a row, or `rows` rows of the same partition. */
  readonly add: (row: Readonly<Record<string, unknown>>, rows?: number) => Place
  /** The number of rows of the slice so far. */
  readonly inside: () => number
  /** The number of rows of each partition of the slice, by key, in order. A partition without rows has 0. */
  readonly byKey: () => ReadonlyArray<readonly [key: string, rows: number]>
  readonly outside: () => Outside
  /** The rows outside of the slice by partition, for a message: `2 in 2024-08-02, 1 in no partition of days`. */
  readonly outsideText: () => string
}

/** `unplaced` is a row with null, or with a value that is not of its type, in a column that says which partition it is in. */
export type Place = "inside" | "outside" | "unplaced"

/** The rows outside of a slice. */
export interface Outside {
  /** The number of rows. */
  readonly rows: number
  /** The partitions of the slice's space that they are in. */
  readonly runs: Runs.Runs
  /** How many of them are in no partition of the set. */
  readonly elsewhere: number
}

/** A tally without rows. */
export const make = ({ indexOf }: Placement.Placement, { runs, space }: Slice): Tally => {
  const counts = new Map<number, number>()
  // The rows of the last index are in `counts` only once another index has come.
  let last = Placement.unplaced
  let isInside = false
  let waiting = 0
  const settle = () => {
    if (waiting > 0) counts.set(last, (counts.get(last) ?? 0) + waiting)
    waiting = 0
  }
  const add = (row: Readonly<Record<string, unknown>>, rows = 1): Place => {
    const index = indexOf(row)
    if (index === Placement.unplaced) return "unplaced"
    if (index !== last) {
      settle()
      last = index
      isInside = Runs.has(runs, index)
    }
    waiting += rows
    return isInside ? "inside" : "outside"
  }
  const others = () => {
    settle()
    return [...counts].filter(([index]) => !Runs.has(runs, index)).sort(([a], [b]) => a - b)
  }
  const sum = (some: ReadonlyArray<readonly [number, number]>) => some.reduce((total, [, rows]) => total + rows, 0)
  return {
    add,
    inside: () => {
      settle()
      return sum([...counts].filter(([index]) => Runs.has(runs, index)))
    },
    byKey: () => {
      settle()
      const rows: Array<readonly [string, number]> = []
      for (const [from, to] of Runs.ranges(runs)) {
        for (let index = from; index < to; index++) rows.push([space.keyOf(index), counts.get(index) ?? 0])
      }
      return rows
    },
    outside: () => {
      const found = others()
      const inSet = found.flatMap(([index]) => (index < 0 ? [] : [[index, index + 1] as const]))
      return {
        rows: sum(found),
        runs: Runs.fromRanges(space.size, inSet),
        elsewhere: counts.get(Placement.elsewhere) ?? 0
      }
    },
    outsideText: () => {
      const found = others().filter(([index]) => index >= 0)
      const [shown, rest] = [found.slice(0, mostShown), found.slice(mostShown)]
      const nowhere = counts.get(Placement.elsewhere) ?? 0
      return [
        ...shown.map(([index, rows]) => `${rows} in ${space.keyOf(index)}`),
        ...(rest.length === 0
          ? []
          : [`${sum(rest)} in ${rest.length} other ${rest.length === 1 ? "partition" : "partitions"}`]),
        ...(nowhere === 0 ? [] : [`${nowhere} in no partition of ${space.name}`])
      ].join(", ")
    }
  }
}

const mostShown = 3
