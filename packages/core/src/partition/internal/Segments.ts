import { type Ordinals, pairs, type Steps } from "./Ordinals.ts"

/** Stored windows of which each has a group, a small number: as ranges, ascending, that do not overlap. */
export interface Segments {
  /** The first and the last ordinal of every range, alternately. */
  readonly bounds: Float64Array
  /** The group of each range. */
  readonly groups: Uint32Array
}

export const empty: Segments = { bounds: new Float64Array(0), groups: new Uint32Array(0) }

/**
 * Gives windows another group: `groupAfter` gets the group that they have, or undefined if they have none, and returns the next one,
 * or undefined to take them out. O(segments + ranges).
 */
export const paint = (
  { bounds, groups }: Segments,
  ranges: Ordinals,
  groupAfter: (before: number | undefined) => number | undefined,
  steps: Steps
): Segments => {
  const painted = builder(steps)
  const count = groups.length
  let at = 0
  let start = bounds[0] ?? 0
  const next = () => {
    at++
    start = bounds[at * 2] ?? 0
  }
  const endOf = (segment: number) => bounds[segment * 2 + 1] ?? 0

  for (const [first, last] of pairs(ranges)) {
    for (; at < count && endOf(at) < first; next()) painted.add(start, endOf(at), groups[at])
    let from = first
    while (at < count && start <= last) {
      const group = groups[at]
      if (start < first) painted.add(start, steps.before(first), group)
      const [overlap, end] = [Math.max(start, first), Math.min(endOf(at), last)]
      painted.add(from, steps.before(overlap), groupAfter(undefined))
      painted.add(overlap, end, groupAfter(group))
      from = steps.after(end)
      if (endOf(at) > last) {
        start = steps.after(last)
        break
      }
      next()
    }
    painted.add(from, last, groupAfter(undefined))
  }
  for (; at < count; next()) painted.add(start, endOf(at), groups[at])
  return painted.segments()
}

/** Collects ranges in ascending order. Neighbours of one group become one; what has no window or no group is left out. */
const builder = ({ isNext, isVoid }: Steps) => {
  const bounds: Array<number> = []
  const groups: Array<number> = []
  return {
    add: (first: number, last: number, group: number | undefined): void => {
      if (group === undefined || isVoid(first, last)) return
      if (groups.at(-1) === group && isNext(bounds.at(-1) ?? 0, first)) bounds[bounds.length - 1] = last
      else {
        bounds.push(first, last)
        groups.push(group)
      }
    },
    segments: (): Segments => ({ bounds: new Float64Array(bounds), groups: new Uint32Array(groups) })
  }
}
