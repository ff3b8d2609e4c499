import type * as Storage from "@sluice/core/asset/Storage"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as PlacedRows from "../sql/PlacedRows.ts"
import * as RowPlaces from "../sql/RowPlaces.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseReader } from "../WarehouseReader.ts"

/** How checks read some partitions of a table: `measure` sees their rows under the name of the subject's relation. */
export const of = (table: Table.Any): Storage.StoredSlices<Warehouse> => ({
  rows: Effect.flatMap(Warehouse, (warehouse) =>
    Effect.map(
      warehouse.partitionMarks(table),
      (marks) => new Map(marks.flatMap(({ key, rows }) => (rows === undefined ? [] : [[key, rows] as const])))
    )
  ),
  evaluate: (check, slice, rows) =>
    Effect.gen(function* () {
      const evaluated = check.evaluate({ _tag: "Partitions", relation, rows })
      const reader = yield* Effect.serviceOption(WarehouseReader)
      return yield* Option.isNone(reader)
        ? evaluated
        : Effect.provideService(evaluated, WarehouseReader, yield* readerOf(reader.value, table, slice))
    })
})

/** The name under which a SELECT reads the rows of the partitions. */
const relation = "sluice_checked_partition"

const readerOf = Effect.fnUntraced(function* (reader: WarehouseReader["Type"], table: Table.Any, slice: Slice) {
  const placement = yield* PlacedRows.placementIn(slice.space, table)
  return WarehouseReader.of({
    ...reader,
    measure: (select, parameters = []) => {
      // No adapter quotes values, so the conditions are the same whatever the quotes are.
      const bound = RowPlaces.conditions(placement, slice, String).flatMap((condition) => condition.parameters)
      return reader.measure(
        (quote) => {
          const conditions = RowPlaces.conditions(placement, slice, quote).map(({ sql }) => `(${sql})`)
          const rows = `SELECT * FROM ${quote(table.name)} WHERE ${conditions.join(" OR ")}`
          return `WITH ${quote(relation)} AS (${rows}) ${select(quote)}`
        },
        [...bound, ...parameters]
      )
    }
  })
})
