import type { Altered } from "@sluice/warehouse/checks/Altered"

/** Says what was changed from outside, a line for each table. */
export const lines = (altered: ReadonlyArray<Altered>): ReadonlyArray<string> =>
  altered.map(
    ({ table, why }) =>
      `${table} was changed from outside: ${why}. It counts as never materialized, and is made again in full.`
  )
