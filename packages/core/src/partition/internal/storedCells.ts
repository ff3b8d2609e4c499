import * as Either from "effect/Either"
import { along, type Space, type Windows } from "../Space.ts"
import type { Ordinals } from "./Ordinals.ts"
import * as Runs from "./Runs.ts"

/**
 * A space as lines of windows: one line for a set of windows, one for each combination of the other keys of a product, and one of
 * length 1 for each key of any other set. A line is `length` indices long.
 */
export interface Layout {
  readonly length: number
  /** The windows along a line; undefined if the set has none. */
  readonly windows: Windows | undefined
  /** The indices along a line that are no partitions. */
  readonly holes: Runs.Runs
  /** The key of a line in `Stored`. */
  readonly cellOf: (line: number) => string
  /** The line of a key, or else what is wrong with the key. */
  readonly lineOf: (cell: string) => Either.Either<number, string>
}

/**
 * Finds stored ranges on a line of windows. Calls `place` with what is left of each within the line: its indices `[from, to)`, and
 * its place among the stored ranges. Returns what lies outside of the line or in its holes.
 */
export const locate = (
  { holes, length }: Layout,
  windows: Windows,
  bounds: ArrayLike<number>,
  place: (from: number, to: number, at: number) => void
): Ordinals => {
  const before: Array<number> = []
  const beyond: Array<number> = []
  const lose = (ordinals: Array<number>, from: number, to: number) => {
    // A date that the zone skips takes no time.
    if (from < to && windows.windowOf(from).start < windows.windowOf(to - 1).end) {
      ordinals.push(windows.ordinalOf(from), windows.ordinalOf(to - 1))
    }
  }
  const hasHoles = !Runs.isEmpty(holes)
  const placed: Array<readonly [from: number, to: number]> = []
  for (let at = 0; at < bounds.length; at += 2) {
    const first = bounds[at] ?? 0
    const from = windows.indexFrom(first)
    const to = windows.indexFrom((bounds[at + 1] ?? first) + 1)
    if (from < 0) lose(before, from, Math.min(to, 0))
    if (to > length) lose(beyond, Math.max(from, length), to)
    const [start, end] = [Math.max(0, from), Math.min(length, to)]
    if (start >= end) continue
    place(start, end, at / 2)
    if (hasHoles) placed.push([start, end])
  }
  const within: Array<number> = []
  for (const [from, to] of Runs.ranges(Runs.intersect(Runs.fromRanges(length, placed), holes))) lose(within, from, to)
  return [...before, ...within, ...beyond]
}

/** The lines of a space, made once for each. */
export const layoutOf = (space: Space): Layout => {
  const known = layouts.get(space) ?? make(space)
  layouts.set(space, known)
  return known
}

const layouts = new WeakMap<Space, Layout>()

const make = (space: Space): Layout => {
  if (space.windows !== undefined) {
    return {
      length: space.size,
      windows: space.windows,
      holes: Runs.difference(Runs.all(space.size), space.all),
      cellOf: () => "",
      lineOf: (cell) => (cell === "" ? Either.right(0) : Either.left("is a partition of a product."))
    }
  }
  // The first time dimension has a stride of 1, so its windows lie next to each other.
  const time = space.dimensions.find((dimension) => dimension.space.windows !== undefined)?.space
  if (time === undefined) {
    return { length: 1, windows: undefined, holes: Runs.empty(1), cellOf: space.keyOf, lineOf: space.indexOf }
  }
  const others = space.dimensions.filter((dimension) => dimension.space !== time || dimension.stride !== 1)
  return {
    length: time.size,
    windows: time.windows,
    holes: Runs.difference(Runs.all(time.size), time.all),
    cellOf: (line) => others.map((other) => other.space.keyOf(along(other, line * time.size))).join("|"),
    lineOf: (cell) => {
      const parts = cell.split("|")
      if (parts.length !== others.length) return Either.left(`has ${parts.length} of ${others.length} parts.`)
      return others.reduce<Either.Either<number, string>>(
        (sum, other, at) =>
          Either.flatMap(sum, (before) =>
            Either.map(other.space.indexOf(parts[at] ?? ""), (index) => before + (index * other.stride) / time.size)
          ),
        Either.right(0)
      )
    }
  }
}
