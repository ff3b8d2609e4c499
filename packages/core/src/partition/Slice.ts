import * as Either from "effect/Either"
import * as productSpace from "./internal/productSpace.ts"
import * as Runs from "./internal/Runs.ts"
import type { PartitionKey } from "./PartitionKey.ts"
import type { Space, Window } from "./Space.ts"

/** Partitions of one space: what one call of `materialize` makes, or what one publish replaces. */
export interface Slice<out Name extends string = string> {
  readonly space: Space<Name>
  /** The indices of the partitions; never none. */
  readonly runs: Runs.Runs
  /** The number of partitions. */
  readonly size: number
  readonly first: PartitionKey<Name>
  readonly last: PartitionKey<Name>
  /** From the start of the first window to the end of the last; undefined if the set has no time dimension. */
  readonly window: Window | undefined
  /** The keys, in order. Made when they are read. */
  readonly keys: Iterable<PartitionKey<Name>>
}

/** One partition. */
export interface One<out Name extends string = string> extends Slice<Name> {
  readonly key: PartitionKey<Name>
}

/** The slice of some partitions of a space. Its `key` is the first. */
export const make = <Name extends string>(space: Space<Name>, runs: Runs.Runs): One<Name> => {
  const [first, last] = [Runs.first(runs), Runs.last(runs)]
  const key = space.keyOf(first)
  return {
    space,
    runs,
    size: Runs.size(runs),
    key,
    first: key,
    last: last === first ? key : space.keyOf(last),
    get window() {
      return windowOf(space, runs)
    },
    keys: { [Symbol.iterator]: () => keysOf(space, runs) }
  }
}

/** Each partition of a slice as a slice of its own, in order. */
export function* each<Name extends string>({ runs, space }: Slice<Name>): Generator<One<Name>> {
  for (const index of Runs.indices(runs)) yield make(space, Runs.fromRanges(space.size, [[index, index + 1]]))
}

/** The partitions of some keys. Keys that the space does not have are left out. */
export const runsOf = (space: Space, keys: ReadonlyArray<string>): Runs.Runs =>
  Runs.fromRanges(
    space.size,
    keys.flatMap((key) =>
      Either.match(space.indexOf(key), { onLeft: () => [], onRight: (index) => [[index, index + 1] as const] })
    )
  )

/** The keys of some partitions, in order. */
export function* keysOf<Name extends string>(space: Space<Name>, runs: Runs.Runs): Generator<PartitionKey<Name>> {
  for (const index of Runs.indices(runs)) yield space.keyOf(index)
}

/** The hull of the windows; for a product, along its first time dimension. */
const windowOf = (space: Space, runs: Runs.Runs): Window | undefined => {
  if (space.windows !== undefined) {
    return { start: space.windows.windowOf(Runs.first(runs)).start, end: space.windows.windowOf(Runs.last(runs)).end }
  }
  const time = space.dimensions.find((dimension) => dimension.space.windows !== undefined)
  return time === undefined ? undefined : windowOf(time.space, productSpace.projected(time, runs))
}
