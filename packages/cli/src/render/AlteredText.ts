import type { Altered } from "@sluice/warehouse/checks/Altered"

/** Names the tables that were changed from outside, one line each. */
export const lines = (altered: ReadonlyArray<Altered>): ReadonlyArray<string> =>
  altered.map(
    ({ table, why }) =>
      `${table} was changed from outside: ${why}. It counts as never materialized, and is made again in full.`
  )
