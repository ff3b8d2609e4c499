import type { StepContext } from "@sluice/core/run/StepContext"

/** What changes have done to a table: the rows that it has now, those that they took away, and those that they brought. */
export interface Amended {
  readonly rows: number
  readonly deleted: number
  readonly written: number
}

/**
 * How many rows a table has before changes, by what was counted when it was last written; undefined where that was not told.
 * Counting takes a server seconds for millions of rows.
 */
export const rowsBefore = (last: StepContext.Service["last"]): number | undefined => {
  const rows = last?.metadata["rows"]
  return typeof rows === "number" ? rows : undefined
}
