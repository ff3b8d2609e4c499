import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type { Difference } from "../checks/Difference.ts"
import * as InternalTables from "./internalTables.ts"

/** Rows of the catalogue: the name of a trigger, and its table. */
type Found = ReadonlyArray<ReadonlyArray<unknown>>

/** The names of a pipeline's relations, and of the store's internal tables. */
export const relationsOf = ({ masks, tables, views }: WarehouseSpec): ReadonlySet<string> =>
  new Set([...[...tables, ...views, ...masks].map(({ name }) => name), ...InternalTables.names])

/** One difference for each trigger on these relations, since triggers rewrite rows. `remedy` drops a trigger by its name. */
export const between = (
  found: Found,
  ours: ReadonlySet<string>,
  remedy: (trigger: string) => string
): ReadonlyArray<Difference> =>
  found.flatMap(([name, table]): ReadonlyArray<Difference> => {
    const [trigger, subject] = [String(name), String(table)]
    if (!ours.has(subject)) return []
    return [
      {
        subject,
        aspect: `trigger ${trigger}`,
        found: "a trigger",
        declared: "none",
        remedy: remedy(trigger),
        origin: "outside"
      }
    ]
  })
