import { SqlClient } from "@effect/sql/SqlClient"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { PartitionedTables } from "../PartitionedTables.ts"
import * as PartitionCounts from "../sql/PartitionCounts.ts"
import * as PlacedRows from "../sql/PlacedRows.ts"
import * as RowPlaces from "../sql/RowPlaces.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import * as FileTimes from "./FileTimes.ts"
import * as Ddl from "./SqliteDdl.ts"
import type { SqliteStore } from "./SqliteStore.ts"

type Cutting = Pick<PartitionedTables, "partitionMarks" | "removePartitions" | "cutInto">

/** The marks of partitions in an embedded store, and what is done to partitions besides replacing their rows. */
export const make = (store: SqliteStore): Cutting => {
  const { records } = store.words
  const client = store.data
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, client.sql)
  const isThere = (table: Table.Any) =>
    client.use((session) => {
      const schema = Ddl.quote(Ddl.schemaOf(table))
      return (
        session.values(`SELECT 1 FROM ${schema}.sqlite_master WHERE type = 'table' AND name = ?`, [table.name]).length > 0
      )
    })
  /** Changes a table of the pipeline's own in one transaction. */
  const alone = <A, E>(table: Table.Any, operation: string, effect: Effect.Effect<A, E>) =>
    SqlBatch.translated(
      records,
      operation,
      client.withTransaction(
        here(SqlOwners.claim(records, [table.name], operation)).pipe(
          Effect.zipRight(FileTimes.advance(client, operation)),
          Effect.zipRight(effect)
        )
      )
    )

  return {
    partitionMarks: Effect.fn("SqlitePartitions.marks")(function* (table, { runId } = {}) {
      const marks = here(SqlPartitionMarks.all(records, table.name, runId))
      return yield* SqlBatch.translated(records, `read the partitions of ${table.name}`, marks)
    }),

    removePartitions: Effect.fn("SqlitePartitions.remove")(function* (table, space, stored) {
      const operation = `remove partitions of ${table.name}`
      const placement = yield* PlacedRows.placementIn(space, table)
      const { conditions, keys } = RowPlaces.ofStored(placement, stored, Ddl.quote)
      const from = Ddl.qualified(Ddl.schemaOf(table), table.name)
      const remove = Effect.gen(function* () {
        let removed = 0
        if (yield* isThere(table)) {
          for (const { parameters, sql } of RowPlaces.joined(conditions)) {
            yield* client.beside(`DELETE FROM ${from} WHERE ${sql}`, parameters)
            const [changes = []] = yield* client.use((session) => session.values("SELECT changes()", []))
            removed += Number(changes[0])
          }
        }
        yield* here(SqlPartitionMarks.remove(records, table.name, keys))
        yield* here(SqlMarks.erased(records, table.name, removed))
        return removed
      })
      return yield* alone(table, operation, remove)
    }),

    cutInto: Effect.fn("SqlitePartitions.cut")(function* (table, space, { adopt }) {
      const operation = `cut ${table.name} into partitions`
      const placement = yield* PlacedRows.placementIn(space, table)
      const from = Ddl.qualified(Ddl.schemaOf(table), table.name)
      const count = Effect.gen(function* () {
        if (!(yield* isThere(table))) return { partitions: [], elsewhere: 0 }
        return PartitionCounts.cutOf(placement, yield* client.beside(PartitionCounts.statement(placement, from, records)))
      })
      if (!adopt) return yield* SqlBatch.translated(records, operation, count)
      const mark = Effect.gen(function* () {
        const cut = yield* count
        if (cut.elsewhere > 0) return yield* PlacedRows.notCuttable(table, space, cut.elsewhere)
        const runId = (yield* here(SqlMarks.find(records, table.name)))?.runId ?? ""
        yield* here(SqlPartitionMarks.clear(records, table.name))
        yield* here(SqlPartitionMarks.set(records, table.name, runId, cut.partitions))
        return cut
      })
      return yield* alone(table, operation, mark)
    })
  }
}
