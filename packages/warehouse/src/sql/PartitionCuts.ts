import * as Effect from "effect/Effect"
import type { Cut, PartitionedTables } from "../PartitionedTables.ts"
import type { Driver, Tables } from "./Dialect.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import * as PlacedRows from "./PlacedRows.ts"
import * as RowPlaces from "./RowPlaces.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"

type PartitionCuts = Pick<PartitionedTables, "partitionMarks" | "removePartitions" | "cutInto">

/** The marks of a store's partitions, and what is done to partitions besides replacing their rows. */
export const make = ({ alone, dialect, reading }: Tables): PartitionCuts => {
  type Declared = Parameters<Tables["alone"]>[0]
  const isThere = ({ values }: Driver, table: Declared) => {
    const { parameters, read, sql } = dialect.find(table)
    return Effect.map(values(sql, parameters), (rows) => read(rows) !== undefined)
  }

  return {
    partitionMarks: (table, { runId } = {}) =>
      reading(`read the partitions of ${table.name}`, () => SqlPartitionMarks.all(dialect, table.name, runId)),

    removePartitions: Effect.fn("PartitionCuts.remove")(function* (table, space, stored) {
      const placement = yield* PlacedRows.placementIn(space, table)
      const { conditions, keys } = RowPlaces.ofStored(placement, stored, dialect.quote)
      const remove = Effect.fnUntraced(function* (driver: Driver) {
        let removed = 0
        const own = (yield* isThere(driver, table)) ? RowPlaces.joined(conditions) : []
        for (const { parameters, sql } of own) {
          removed += yield* driver.affected(`DELETE FROM ${dialect.relation(table)} WHERE ${sql}`, parameters)
        }
        yield* SqlPartitionMarks.remove(dialect, table.name, keys)
        yield* SqlMarks.erased(dialect, table.name, removed)
        return removed
      })
      return yield* alone(table, `remove partitions of ${table.name}`, remove)
    }),

    cutInto: Effect.fn("PartitionCuts.cut")(function* (table, space, { adopt }) {
      const operation = `cut ${table.name} into partitions`
      const placement = yield* PlacedRows.placementIn(space, table)
      const count = Effect.fnUntraced(function* (driver: Driver) {
        if (!(yield* isThere(driver, table))) return { partitions: [], elsewhere: 0 } satisfies Cut
        const counted = PartitionCounts.statement(placement, dialect.relation(table), dialect)
        return PartitionCounts.cutOf(placement, yield* driver.values(counted, []))
      })
      if (!adopt) return yield* reading(operation, count)
      const mark = Effect.fnUntraced(function* (driver: Driver) {
        const cut = yield* count(driver)
        if (cut.elsewhere > 0) return yield* PlacedRows.notCuttable(table, space, cut.elsewhere)
        const runId = (yield* SqlMarks.find(dialect, table.name))?.runId ?? ""
        yield* SqlPartitionMarks.clear(dialect, table.name)
        yield* SqlPartitionMarks.set(dialect, table.name, runId, cut.partitions)
        return cut
      })
      return yield* alone(table, operation, mark)
    })
  }
}
