import * as Either from "effect/Either"
import * as productSpace from "./internal/productSpace.ts"
import * as Runs from "./internal/Runs.ts"
import type * as Partitions from "./Partitions.ts"
import type { Dimension, Space } from "./Space.ts"

/**
 * Which partitions of an upstream a partition of a downstream asset is made from. It is a relation: one partition can be made from
 * several, and one can be in several. `Arity` is `one` if each downstream partition has exactly one upstream partition, else `many`.
 */
export interface Mapping<in out Up, in out Down, out Arity extends "one" | "many"> {
  readonly arity: Arity
  /** Relates two spaces of one moment. Fails with every reason why the sets cannot be related. */
  readonly between: (up: Space, down: Space) => Either.Either<Relation, ReadonlyArray<string>>
  /** Never set: carries the two sets. */
  readonly "~sets"?: readonly [(up: Up) => Up, (down: Down) => Down]
}

/** Any mapping. */
export type Any = Pick<Mapping<never, never, "one" | "many">, "arity" | "between">

/** A mapping of two spaces, in both directions: `d` is in `down(u)` if and only if `u` is in `up(d)`. */
export interface Relation {
  /** The upstream partitions that any of these downstream partitions is made from. */
  readonly up: (down: Runs.Runs) => Runs.Runs
  /** The downstream partitions that are made from any of these upstream partitions. */
  readonly down: (up: Runs.Runs) => Runs.Runs
}

/** The same key of the same set. The default between two assets of one set. */
export const identity = <P extends Partitions.Any>(_set: P): Mapping<P, P, "one"> => ({
  arity: "one",
  between: (up, down) =>
    up.size === down.size && up.name === down.name
      ? Either.right({ up: (runs) => runs, down: (runs) => runs })
      : Either.left([`${up.name} and ${down.name} are two sets of partitions. Give a mapping between them.`])
})

/**
 * The windows that overlap: a day is made from its hours, an hour from its day. `offset` moves the upstream windows by so many
 * partitions of the upstream set: `-1` is the partition before, whatever time it takes. A cell of a product has the window of its
 * time dimension, which must be its only one.
 *
 * ```ts
 * Mapping.overlap(hours, days)                 // a day from its hours
 * Mapping.overlap(days, days, { offset: -1 })  // a day from the day before
 * Mapping.overlap(hours, dayRegion)            // each region of a day from the hours of the day
 * ```
 */
export const overlap = <Up extends Partitions.Any, Down extends Partitions.Any>(
  _up: Up,
  _down: Down,
  { offset = 0 }: { readonly offset?: number } = {}
): Mapping<Up, Down, "many"> => ({
  arity: "many",
  between: (up, down) => {
    if (!Number.isSafeInteger(offset)) {
      return Either.left([`The offset between ${up.name} and ${down.name} is ${offset}. Use a whole number of partitions.`])
    }
    const [source, target] = [timeIn(up), timeIn(down)]
    if (typeof source === "object" && typeof target === "object") {
      const { down: below, up: above } = windowsOf(source.space, target.space, offset)
      return Either.right({
        up: (runs) => source.spread(above(target.project(runs))),
        down: (runs) => target.spread(below(source.project(runs)))
      })
    }
    return Either.left([source, target].filter((each) => typeof each === "string"))
  }
})

/** Every partition of the upstream. */
export const all = <Up extends Partitions.Any, Down extends Partitions.Any>(
  _up: Up,
  _down: Down
): Mapping<Up, Down, "many"> => ({
  arity: "many",
  between: (up, down) => Either.right({ up: (runs) => whole(runs, up), down: (runs) => whole(runs, down) })
})

/** The last partition of the upstream. */
export const latest = <Up extends Partitions.Any, Down extends Partitions.Any>(
  _up: Up,
  _down: Down
): Mapping<Up, Down, "one"> => ({
  arity: "one",
  between: (up, down) => {
    const last = lastOf(up)
    return Either.right({
      up: (runs) => whole(runs, { ...up, all: last }),
      down: (runs) => whole(Runs.intersect(runs, last), down)
    })
  }
})

/**
 * By a table of keys: each downstream key with the upstream keys that it is made from.
 *
 * ```ts
 * Mapping.table(countries, regions, { eu: ["de", "fr"], us: ["us"] })
 * ```
 */
export const table = <Up extends Partitions.Any, Down extends Partitions.Any>(
  _up: Up,
  _down: Down,
  keys: Readonly<Record<string, ReadonlyArray<string>>>
): Mapping<Up, Down, "many"> => ({
  arity: "many",
  between: (up, down) => {
    const problems: Array<string> = []
    const indexIn = (space: Space, key: string): ReadonlyArray<number> =>
      Either.match(space.indexOf(key), {
        onLeft: (problem) => {
          problems.push(`${key} ${problem}`)
          return []
        },
        onRight: (index) => [index]
      })
    const pairs = Object.entries(keys).flatMap(([key, of]) =>
      indexIn(down, key).flatMap((to) => of.flatMap((from) => indexIn(up, from).map((index) => [index, to] as const)))
    )
    return problems.length > 0 ? Either.left(problems) : Either.right(pairsOf(up, down, pairs))
  }
})

/**
 * One dimension of a product. Downstream of a product, a partition is made from all cells of its key; upstream of one, a cell is
 * made from the partition of its key.
 *
 * ```ts
 * Mapping.fromDimension(dayRegion, "day", days)  // a day from its cells of all regions
 * Mapping.toDimension(days, dayRegion, "day")    // a cell from its day
 * ```
 */
export const fromDimension = <Up extends Partitions.Any, const Dim extends keyof Up["dimensions"] & string>(
  _up: Up,
  dimension: Dim,
  _down: Up["dimensions"][Dim]
): Mapping<Up, Up["dimensions"][Dim], "many"> => ({
  arity: "many",
  between: (up, down) =>
    Either.map(dimensionOf(up, dimension, down), (found) => ({
      up: (runs) => Runs.intersect(productSpace.slab(found, runs, up.size), up.all),
      down: (runs) => productSpace.projected(found, runs)
    }))
})

export const toDimension = <Down extends Partitions.Any, const Dim extends keyof Down["dimensions"] & string>(
  _up: Down["dimensions"][Dim],
  _down: Down,
  dimension: Dim
): Mapping<Down["dimensions"][Dim], Down, "one"> => ({
  arity: "one",
  between: (up, down) =>
    Either.map(dimensionOf(down, dimension, up), (found) => ({
      up: (runs) => productSpace.projected(found, runs),
      down: (runs) => Runs.intersect(productSpace.slab(found, runs, down.size), down.all)
    }))
})

const whole = (runs: Runs.Runs, of: Space): Runs.Runs => (Runs.isEmpty(runs) ? Runs.empty(of.size) : of.all)

const lastOf = ({ all, size }: Space): Runs.Runs => {
  const last = Runs.last(all)
  return Runs.fromRanges(size, [[last, last + 1]])
}

/** The windows of a space, or of the one time dimension of a product. */
interface Time {
  readonly space: Space
  /** The windows of some partitions. */
  readonly project: (runs: Runs.Runs) => Runs.Runs
  /** All partitions of some windows. */
  readonly spread: (windows: Runs.Runs) => Runs.Runs
}

/** The windows that a space has, or else why it has none. */
const timeIn = (space: Space): Time | string => {
  if (space.windows !== undefined) return { space, project: (runs) => runs, spread: (windows) => windows }
  const [dimension, second] = space.dimensions.filter((each) => each.space.windows !== undefined)
  if (dimension === undefined) {
    return `${space.name} has no time windows, so nothing overlaps with them. Use another mapping.`
  }
  if (second !== undefined) {
    return `${space.name} has the time dimensions ${dimension.name} and ${second.name}, so its windows are not known. Map from or to one dimension.`
  }
  return {
    space: dimension.space,
    project: (runs) => productSpace.projected(dimension, runs),
    spread: (windows) => Runs.intersect(productSpace.slab(dimension, windows, space.size), space.all)
  }
}

/** A downstream window is made from the upstream windows that `offset` moves onto those that it overlaps. */
const windowsOf = (up: Space, down: Space, offset: number): Relation => {
  const spans = (from: Space, to: Space, runs: Runs.Runs, before: number, after: number): Runs.Runs => {
    const [source, target] = [from.windows, to.windows]
    if (source === undefined || target === undefined) return Runs.empty(to.size)
    const spanned = function* () {
      for (const [first, end] of Runs.ranges(runs)) {
        const { start } = source.windowOf(first + before)
        const last = source.windowOf(end - 1 + before).end
        if (start < last) yield [target.indexAt(start) + after, target.indexAt(last - 1) + 1 + after] as const
      }
    }
    return Runs.intersect(Runs.fromRanges(to.size, spanned()), to.all)
  }
  return {
    up: (runs) => spans(down, up, runs, 0, offset),
    down: (runs) => spans(up, down, runs, -offset, 0)
  }
}

const pairsOf = (up: Space, down: Space, pairs: ReadonlyArray<readonly [up: number, down: number]>): Relation => ({
  up: (runs) =>
    Runs.fromRanges(
      up.size,
      pairs.flatMap(([from, to]) => (Runs.has(runs, to) ? [[from, from + 1]] : []))
    ),
  down: (runs) =>
    Runs.fromRanges(
      down.size,
      pairs.flatMap(([from, to]) => (Runs.has(runs, from) ? [[to, to + 1]] : []))
    )
})

const dimensionOf = (product: Space, name: string, other: Space): Either.Either<Dimension, ReadonlyArray<string>> => {
  const found = product.dimensions.find((dimension) => dimension.name === name)
  return found !== undefined && found.space.name === other.name && found.space.size === other.size
    ? Either.right(found)
    : Either.left([
        `${other.name} is not the dimension ${name} of ${product.name}. Name the set that the product was made of.`
      ])
}
