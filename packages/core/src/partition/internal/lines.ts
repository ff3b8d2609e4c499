import type { Space } from "../Space.ts"
import * as Runs from "./Runs.ts"
import * as storedCells from "./storedCells.ts"

/** Whether the partitions of a space follow each other in time. */
export const areOrdered = (space: Space): boolean => storedCells.layoutOf(space).windows !== undefined

/** The partition before one in time, over those that are left out; undefined for the first one and for keys. */
export const previous = (space: Space, index: number): number | undefined => {
  const { length, windows } = storedCells.layoutOf(space)
  if (windows === undefined) return undefined
  const found = Runs.lastBelow(space.all, index)
  return found >= Math.floor(index / length) * length ? found : undefined
}

/** The partitions that come `by` steps before some partitions in time. */
export const before = (space: Space, runs: Runs.Runs, by: number): Runs.Runs => {
  let found = runs
  for (let step = 0; step < by; step++) {
    const ranges = function* () {
      for (const [from, to] of Runs.ranges(found)) {
        const first = previous(space, from)
        if (first !== undefined) yield [first, first + 1] as const
        if (to - from > 1) yield [from, to - 1] as const
      }
    }
    found = Runs.fromRanges(space.size, ranges())
  }
  return found
}

/** The partitions that come after any of some partitions in time. */
export const after = (space: Space, runs: Runs.Runs): Runs.Runs => {
  const { length } = storedCells.layoutOf(space)
  const tails = function* () {
    for (const [from] of rangesOf(space, runs)) yield [from + 1, (Math.floor(from / length) + 1) * length] as const
  }
  return Runs.intersect(Runs.fromRanges(space.size, tails()), space.all)
}

/** The ranges of some partitions that lie in one line of time each. */
export function* rangesOf(space: Space, runs: Runs.Runs): Generator<readonly [from: number, to: number]> {
  const { length } = storedCells.layoutOf(space)
  for (const [from, to] of Runs.ranges(runs)) {
    for (let at = from; at < to; ) {
      const end = Math.min(to, (Math.floor(at / length) + 1) * length)
      yield [at, end]
      at = end
    }
  }
}
