import type { SqlError } from "@effect/sql/SqlError"
import type * as Placement from "@sluice/core/partition/Placement"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Tally from "@sluice/core/partition/Tally"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Driver } from "./Dialect.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import * as PlacedRows from "./PlacedRows.ts"
import * as RowPlaces from "./RowPlaces.ts"
import type { SqlDialect } from "./SqlDialect.ts"

/** The staged rows of a slice. */
export interface Settled {
  readonly rows: number
  readonly byKey: ReadonlyArray<readonly [key: string, rows: number]>
}

/** Rows that a SELECT has staged. */
export interface Selected {
  readonly table: Table.Any
  readonly slice: Slice
  readonly placement: Placement.Placement
  /** Counts the rows, if they must be counted by partition. */
  readonly tally: Tally.Tally
  readonly outside: "refuse" | "leave"
  /** The staging table, as SQL names it. */
  readonly from: string
  /** The number of rows that the SELECT has returned. */
  readonly filled: number
  readonly dialect: Pick<SqlDialect, "exactText" | "quote">
  readonly driver: Driver
}

/**
 * Counts staged rows by partition, and removes those outside of the slice or fails. A slice of one partition whose rows are all
 * inside takes one COUNT.
 */
export const settle = Effect.fnUntraced(function* ({
  dialect,
  driver,
  filled,
  from,
  outside,
  placement,
  slice,
  table,
  tally
}: Selected): Effect.fn.Return<Settled, WarehouseFailed | SqlError> {
  const own = RowPlaces.joined(RowPlaces.conditions(placement, slice, dialect.quote))
  let inside = 0
  for (const { parameters, sql } of own) {
    const [counted = []] = yield* driver.values(`SELECT COUNT(*) FROM ${from} WHERE ${sql}`, parameters)
    inside += Number(counted[0])
  }
  if (inside === filled && slice.size === 1) return { rows: inside, byKey: [[slice.first, inside]] }
  const counted = yield* driver.values(PartitionCounts.statement(placement, from, dialect), [])
  const unplaced = PartitionCounts.addTo(tally, placement, counted)
  if (unplaced > 0) return yield* PlacedRows.withoutPartition(table, placement, unplaced)
  yield* PlacedRows.verifyTally(table, tally, outside)
  if (inside < filled) {
    const where = own.map(({ sql }) => `(${sql})`).join(" OR ")
    yield* driver.affected(
      `DELETE FROM ${from} WHERE NOT (${where})`,
      own.flatMap(({ parameters }) => parameters)
    )
  }
  return { rows: inside, byKey: tally.byKey() }
})
