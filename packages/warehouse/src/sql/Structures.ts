import type * as Table from "@sluice/core/relation/Table"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Dialect } from "./Dialect.ts"

/**
 * The error of a partition that would be written into a table of another declaration; undefined if the found columns are those
 * that are declared. Indexes do not matter.
 */
export const outdated = (
  table: Table.Any,
  { columnType }: Pick<Dialect, "columnType">,
  found: ReadonlyMap<string, string>
): WarehouseFailed | undefined => {
  const problem = problemOf(table.columns, columnType, found)
  if (problem === undefined) return undefined
  return new WarehouseFailed({
    reason: "Drift",
    operation: `publish ${table.name}`,
    detail: `${problem}: its other partitions were made for another declaration. Run \`sluice partitions reset ${table.name}\`, and make all partitions again. Nothing was written.`
  })
}

/** Names the first column that is not as declared. */
const problemOf = (
  declared: Table.Columns,
  columnType: Dialect["columnType"],
  found: ReadonlyMap<string, string>
): string | undefined => {
  for (const [name, column] of Object.entries(declared)) {
    const type = found.get(name)
    if (type === undefined) return `the table in the store has no column "${name}"`
    if (type !== columnType(column)) return `the column "${name}" of the table in the store has another type`
  }
  const more = [...found.keys()].find((name) => !Object.hasOwn(declared, name))
  return more === undefined ? undefined : `the table in the store has a column "${more}", which is not declared`
}
