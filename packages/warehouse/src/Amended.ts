import type { StepContext } from "@sluice/core/run/StepContext"

/** How many rows changes have taken away, and how many they have brought. */
export interface Amended {
  readonly deleted: number
  readonly written: number
}

export const nothing: Amended = { deleted: 0, written: 0 }

/**
 * How many rows a table has after changes, by what was counted when it was last written; undefined where that was not told.
 * Counting takes a server seconds for millions of rows.
 */
export const total = (last: StepContext.Service["last"], { deleted, written }: Amended): number | undefined => {
  const before = last?.metadata["rows"]
  return typeof before === "number" ? before - deleted + written : undefined
}
