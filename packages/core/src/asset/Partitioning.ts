import type * as Mapping from "../partition/Mapping.ts"
import type * as Partitions from "../partition/Partitions.ts"

/** How an asset is cut into partitions, and how they are made. */
export interface Partitioning {
  readonly partitions: Partitions.Any
  /** The mapping of each upstream that has one, by the name that the asset gives the upstream. */
  readonly mappings: Readonly<Record<string, Mapping.Any>>
  readonly policy: Policy
  /** The most slices of the asset that are made at once. Undefined: as many as the run allows. */
  readonly concurrency: number | undefined
  /** Whether a partition is made from the one before it. Slices are then made in order, one at a time. */
  readonly dependsOnPast: boolean
  /** How many partitions before a new one are made again with it. */
  readonly lookback: number
}

/**
 * Which partitions one call of `materialize` makes: one (`each`), a whole range without gaps (`single-run`), or at most so many of a
 * range (`batches`). If a call fails, none of its partitions counts as made.
 */
export type Policy = "each" | SingleRun

/** A policy of ranges. */
export type SingleRun = "single-run" | { readonly batches: number }

/** The options of an asset that is cut. */
export interface Options<P, M, Pol> {
  /**
   * How the asset is cut.
   *
   * ```ts
   * const orders = Asset.make("orders", {
   *   partitions: Partitions.daily("days", { start: "2024-08-01" }),
   *   materialize: (_, { key }) => Effect.succeed(`orders of ${key}`)
   * })
   * ```
   */
  readonly partitions?: P
  /**
   * Which partitions of an upstream a partition is made from, by the name of the upstream. Default: the same key, if both have the
   * same set. An upstream of another set needs a mapping.
   */
  readonly mappings?: M
  /** Default: `each`. */
  readonly policy?: Pol
  /** The most slices that are made at once. Default: as many as the run allows. */
  readonly concurrency?: number
  /**
   * Whether a partition is made from the one before it. Slices are then made in order, one at a time, and none after one that
   * failed. A slice of several partitions follows the partition before its first. `materialize` makes the others in order by itself.
   * Default: false.
   */
  readonly dependsOnPast?: boolean
  /** How many partitions before a new one are made again with it, because late rows may have changed them. Default: 0. */
  readonly lookback?: number
}

/** The set that the option `partitions` names; `undefined` if it is left out. */
export type CutBy<P> = P extends Partitions.Any ? P : undefined
