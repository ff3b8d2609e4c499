import type * as Table from "@sluice/core/relation/Table"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/** The error of a partition that would be written into a table of another declaration. `problem` says what differs. */
export const outdated = ({ name }: Table.Any, problem: string): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Drift",
    operation: `publish ${name}`,
    detail: `${problem}: its other partitions were made for another declaration. Run \`sluice partitions reset ${name}\`, and make all partitions again. Nothing was written.`
  })

export const missing = (column: string): string => `the table in the store has no column "${column}"`
export const otherType = (column: string): string => `the column "${column}" of the table in the store has another type`
export const undeclared = (column: string): string =>
  `the table in the store has a column "${column}", which is not declared`
