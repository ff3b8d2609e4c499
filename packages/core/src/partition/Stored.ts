/**
 * Partitions as they are stored: by what a window starts at, and never by an index, so that neither an earlier start nor new zone
 * data moves them.
 */
export interface Stored {
  /** What the numbers of time windows are: the second that an hour starts at, or the number of a window's first day. */
  readonly unit: "second" | "day" | "none"
  /**
   * The windows by the other part of the key, escaped as in a key: `""` for a set of time windows. Each has the first and the last
   * number of every range, alternately, ascending. A set without windows has an empty list for each of its keys. A product is
   * ranged along its first time dimension, and the keys of its other dimensions are joined by `|`.
   */
  readonly cells: Readonly<Record<string, ReadonlyArray<number>>>
}
