import * as Dataset from "@sluice/core/data/Dataset"
import * as Placement from "@sluice/core/partition/Placement"
import type { Slice } from "@sluice/core/partition/Slice"
import type { Space } from "@sluice/core/partition/Space"
import * as Tally from "@sluice/core/partition/Tally"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/** The placement of a table's rows in the partitions of a space. Fails if the table cannot be cut by the set. */
export const placementIn = (space: Space, table: Table.Any): Effect.Effect<Placement.Placement, WarehouseFailed> =>
  Either.match(Placement.of(space, table), {
    onRight: Effect.succeed,
    onLeft: (problems) =>
      new WarehouseFailed({ reason: "Misconfigured", operation: `publish ${table.name}`, detail: problems.join(" ") })
  })

/** Rows of a slice, and those that were left out. */
export interface PlacedRows<out A> {
  /** The rows of the slice. Read it once. */
  readonly rows: Dataset.Dataset<A>
  readonly tally: Tally.Tally
  /** Fails if a row must not be written. Call it after the rows have been read. */
  readonly verify: Effect.Effect<void, WarehouseFailed>
}

/** Leaves the rows outside of a slice out, and counts all rows by partition. */
export const of = <A extends Readonly<Record<string, unknown>>>(
  table: Table.Any,
  placement: Placement.Placement,
  slice: Slice,
  rows: Dataset.Dataset<A>,
  outside: "refuse" | "leave"
): PlacedRows<A> => {
  const tally = Tally.make(placement, slice)
  let unplaced: { readonly column: string; readonly ordinal: number } | undefined
  const keep = (row: A, ordinal: number): boolean => {
    const place = tally.add(row)
    if (place !== "unplaced") return place === "inside"
    // The loader refuses a value that is not of its column's type.
    const column = placement.columns.find(({ name }) => row[name] === null)?.name
    if (column !== undefined) unplaced ??= { column, ordinal }
    return true
  }
  return {
    rows: Dataset.filter(rows, keep),
    tally,
    verify: Effect.suspend(() =>
      unplaced === undefined
        ? verifyTally(table, tally, outside)
        : rejected(
            table,
            `"${unplaced.column}" of row ${unplaced.ordinal} (counted from 0) is null, so the row is in no partition. Give it a value, or leave the row out; the rows that were there stay.`
          )
    )
  }
}

/** Fails if rows are outside of the slice, unless they are left out. */
export const verifyTally = (
  table: Table.Any,
  tally: Tally.Tally,
  outside: "refuse" | "leave"
): Effect.Effect<void, WarehouseFailed> => {
  if (outside === "leave") return Effect.void
  const { rows } = tally.outside()
  if (rows === 0) return Effect.void
  return rejected(
    table,
    `${rows} ${rows === 1 ? "row is" : "rows are"} outside of the partitions that this step makes: ${tally.outsideText()}. Return only the rows of the given partitions, or make those partitions too; the rows that were there stay.`
  )
}

/** The error of staged rows with null in a partition column. */
export const withoutPartition = (table: Table.Any, { columns }: Placement.Placement, rows: number): WarehouseFailed =>
  rejected(
    table,
    `${rows} ${rows === 1 ? "row has" : "rows have"} no value in ${columns.map(({ name }) => `"${name}"`).join(" or ")}, and so ${rows === 1 ? "is" : "are"} in no partition. Leave them out, or give them a value; the rows that were there stay.`
  )

/** The error of a table with rows that no partition of a set has. */
export const notCuttable = (table: Table.Any, space: Space, rows: number): WarehouseFailed =>
  new WarehouseFailed({
    reason: "RowRejected",
    operation: `cut ${table.name} into partitions`,
    detail: `${rows} ${rows === 1 ? "row is" : "rows are"} in no partition of ${space.name}. Extend the set, delete the ${rows === 1 ? "row" : "rows"}, or run \`sluice partitions reset ${table.name}\` and make all partitions again. Nothing was written.`
  })

const rejected = (table: Table.Any, detail: string): WarehouseFailed =>
  new WarehouseFailed({ reason: "RowRejected", operation: `publish ${table.name}`, detail })
