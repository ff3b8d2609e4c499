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

/** Stored ranges of a line by index: `[from, to)` of each, within the line. A range of which nothing is left is empty. */
export interface Located {
  readonly froms: Float64Array
  readonly tos: Float64Array
  /** What lies outside of the line or in its holes. */
  readonly orphaned: Ordinals
}

/** Finds stored ranges on a line of windows. */
export const locate = ({ holes, length }: Layout, windows: Windows, bounds: ArrayLike<number>): Located => {
  const count = bounds.length / 2
  const [froms, tos] = [new Float64Array(count), new Float64Array(count)]
  const before: Array<number> = []
  const beyond: Array<number> = []
  const lose = (ordinals: Array<number>, from: number, to: number) => {
    // A date that the zone skips takes no time.
    if (from < to && windows.windowOf(from).start < windows.windowOf(to - 1).end) {
      ordinals.push(windows.ordinalOf(from), windows.ordinalOf(to - 1))
    }
  }
  for (let at = 0; at < count; at++) {
    const first = bounds[at * 2] ?? 0
    const from = windows.indexFrom(first)
    const to = windows.indexFrom((bounds[at * 2 + 1] ?? first) + 1)
    if (from < 0) lose(before, from, Math.min(to, 0))
    if (to > length) lose(beyond, Math.max(from, length), to)
    froms[at] = Math.max(0, from)
    tos[at] = Math.min(length, to)
  }
  const within: Array<number> = []
  if (!Runs.isEmpty(holes)) {
    const all = Array.from(froms, (from, at): readonly [number, number] => [from, tos[at] ?? 0])
    for (const [from, to] of Runs.ranges(Runs.intersect(Runs.fromRanges(length, all), holes))) lose(within, from, to)
  }
  return { froms, tos, orphaned: [...before, ...within, ...beyond] }
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
