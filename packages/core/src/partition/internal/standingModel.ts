import type { Signature } from "../Signature.ts"
import type { Stored } from "../Stored.ts"
import type * as Runs from "./Runs.ts"
import type { Segments } from "./Segments.ts"

/**
 * What is known of an asset's partitions: which were made, when and by what code, and which failed since. It is a fold over the
 * events of all runs, kept by ranges: a thousand partitions made and failed by turns take some kB. Times are milliseconds since
 * the epoch.
 */
export interface Standing {
  /** What the partitions mean. A space with another granularity or zone finds all of them orphaned. */
  readonly signature: Signature
  /** What the asset observed when partitions were last made; undefined if it observes nothing. */
  readonly observed: Observed | undefined
  /** What partitions have in common, by number. */
  readonly groups: ReadonlyArray<Group>
  /** The group of each partition, by the cells of `Stored`. A key without windows is at ordinal 0. */
  readonly cells: ReadonlyMap<string, Segments>
}

/** A version of what an asset observes. */
export interface Observed {
  /** A hash of the answer. */
  readonly version: string
  /** Since when the answer is the same. Partitions that were made before were made from another one. */
  readonly since: number
}

/** What is known of a partition. */
export interface Group {
  /** When it was made; undefined if it never was. A later failure leaves what was made in place. */
  readonly madeAt: number | undefined
  /** The version of the code that made it. */
  readonly code: string | undefined
  /** Whether rows have arrived for it since it was made. */
  readonly isLate: boolean
  /** When it failed; undefined if it was made since. */
  readonly failedAt: number | undefined
}

/** A standing in a space. The sets overlap: a partition that was made and failed since is in both. */
export interface Current {
  /** The partitions that have been made and are there. */
  readonly made: Runs.Runs
  /** Those whose last attempt failed. */
  readonly failed: Runs.Runs
  /** Those that were made before rows arrived for them. */
  readonly late: Runs.Runs
  /** Partitions with a standing that the space does not have. */
  readonly orphaned: Stored
  /** The code that made a partition; undefined if it was not made. */
  readonly codeOf: (index: number) => string | undefined
  /** When a partition was made; undefined if it was not made. */
  readonly madeAt: (index: number) => number | undefined
  /** The partitions that were made, by time and code. */
  readonly groups: Iterable<MadeTogether>
}

/** Partitions that one event made. */
export interface MadeTogether {
  readonly runs: Runs.Runs
  readonly at: number
  readonly code: string
}
