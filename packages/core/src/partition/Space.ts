import type * as Either from "effect/Either"
import type * as Runs from "./internal/Runs.ts"
import type { Granularity } from "./internal/TimeGrid.ts"
import type { PartitionKey } from "./PartitionKey.ts"

/** A time window `[start, end)`, in milliseconds since the epoch. */
export interface Window {
  readonly start: number
  readonly end: number
}

/**
 * The partitions of a set at one moment, numbered from 0. Windows are in the order of their starts, other keys in the order of
 * their declaration. Indices are only valid for this space: a later start or another key moves them.
 */
export interface Space<out Name extends string = string> {
  readonly name: Name
  /** One more than the largest index. */
  readonly size: number
  /** The indices of all partitions. Excluded partitions, and dates that a zone skips, have an index and are not among them. */
  readonly all: Runs.Runs
  readonly keyOf: (index: number) => PartitionKey<Name>
  /** The index of a key, or else what is wrong: a sentence without its subject, the key. */
  readonly indexOf: (key: string) => Either.Either<number, string>
  /** The windows, if the set has them. */
  readonly windows: Windows | undefined
  /** The spaces of a product's dimensions, in the order of the declaration; empty for any other set. */
  readonly dimensions: ReadonlyArray<Dimension>
}

/** The windows of a space. */
export interface Windows {
  readonly windowOf: (index: number) => Window
  /** The index of the window that an instant is in. It can lie outside of the space. */
  readonly indexAt: (instant: number) => number
  /** What is stored for a window: the second that it starts at, or the number of its first day. A later start keeps it. */
  readonly ordinalOf: (index: number) => number
  /** The index of a stored window; undefined if the set has no such window. It can lie outside of the space. */
  readonly indexOfOrdinal: (ordinal: number) => number | undefined
  /** The index of the first window whose ordinal is at least this. It can lie outside of the space. */
  readonly indexFrom: (ordinal: number) => number
  /** The index of a key's window, or else what is wrong. It can lie outside of the space, and be excluded. */
  readonly parse: (key: string) => Either.Either<number, string>
  /** What an ordinal counts. */
  readonly unit: "second" | "day"
  readonly granularity: Granularity
  /** The name of the zone whose clock the windows follow. */
  readonly timezone: string
}

/** One dimension of a product. A cell's index in the dimension is its index divided by `stride`, modulo the dimension's size. */
export interface Dimension {
  readonly name: string
  readonly space: Space
  readonly stride: number
}

/** The index in a dimension that a cell of the product has. */
export const along = ({ space, stride }: Dimension, index: number): number => Math.floor(index / stride) % space.size
