import * as Runs from "./Runs.ts"

/** A set of indices that grows. To add some takes as long as they have ranges; to read it merges what was added since. */
export interface GrowingRuns {
  readonly add: (runs: Runs.Runs) => void
  readonly current: () => Runs.Runs
}

export const make = (space: number): GrowingRuns => {
  let merged = Runs.empty(space)
  let added: Array<readonly [from: number, to: number]> = []
  return {
    add: (runs) => {
      for (const range of Runs.ranges(runs)) added.push(range)
    },
    current: () => {
      if (added.length > 0) merged = Runs.union(merged, Runs.fromRanges(space, added))
      added = []
      return merged
    }
  }
}
