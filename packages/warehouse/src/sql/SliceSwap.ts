import type { SqlError } from "@effect/sql/SqlError"
import * as Table from "@sluice/core/relation/Table"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Dialect, Driver } from "./Dialect.ts"
import type { Write } from "./PartitionWrites.ts"
import * as RowPlaces from "./RowPlaces.ts"
import { columnList } from "./SqlDialect.ts"
import * as TakenKeys from "./TakenKeys.ts"

/** The statements that put the staged rows of a slice in the place of the old ones. */
export interface SliceSwap {
  /** Each counts some of the old rows. No row is counted twice. */
  readonly count: ReadonlyArray<RowPlaces.Condition>
  /** Each deletes some of the old rows. */
  readonly remove: ReadonlyArray<RowPlaces.Condition>
  readonly insert: string
  /** Fails with the partitions that have the keys of staged rows, after `insert` was refused because of them. */
  readonly explain: (values: Driver["values"]) => (refused: SqlError) => Effect.Effect<never, WarehouseFailed | SqlError>
}

/** `staged` is the staging table, as SQL names it. */
export const of = (
  dialect: Dialect,
  { placement, slice, table }: Pick<Write, "placement" | "slice" | "table">,
  staged: string
): SliceSwap => {
  const target = dialect.relation(table)
  const own = RowPlaces.joined(RowPlaces.conditions(placement, slice, dialect.quote))
  const columns = columnList(dialect, Table.columnNames(table))
  return {
    count: own.map(({ parameters, sql }) => ({ sql: `SELECT COUNT(*) FROM ${target} WHERE ${sql}`, parameters })),
    remove: own.map(({ parameters, sql }) => ({ sql: `DELETE FROM ${target} WHERE ${sql}`, parameters })),
    insert: `INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${staged}`,
    explain: (values) => (refused) =>
      TakenKeys.explain({ table, placement, target, staged, dialect, run: (sql) => values(sql, []) }, refused)
  }
}
