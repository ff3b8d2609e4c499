import { StepContext } from "@sluice/core/asset/StepContext"
import * as Tally from "@sluice/core/partition/Tally"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Span from "@sluice/core/Span"
import * as Effect from "effect/Effect"
import { affectedRows } from "../internal/mysqlDriver.ts"
import type { PartitionedTables } from "../PartitionedTables.ts"
import * as BoundSelect from "../sql/BoundSelect.ts"
import * as PartitionCuts from "../sql/PartitionCuts.ts"
import * as PlacedRows from "../sql/PlacedRows.ts"
import * as SelectColumns from "../sql/SelectColumns.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as StagedSelect from "../sql/StagedSelect.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import * as MysqlTables from "./MysqlTables.ts"
import * as PartitionPublisher from "./PartitionPublisher.ts"
import * as SelectSources from "./SelectSources.ts"
import * as UserQuery from "./UserQuery.ts"

/** Tables that are cut, in one database of MySQL or MariaDB. */
export const make = (options: PartitionPublisher.Options): PartitionedTables => {
  const { load, pool, server, words } = options
  const here = SqlBatch.over(pool.sql, words)
  const claim = ({ name }: Table.Any, operation: string) => here(operation, SqlOwners.claim(words, [name], operation))

  return {
    replacePartitions: Effect.fn("MysqlPartitions.replace")(function* (table, slice, rows, { outside = "refuse" } = {}) {
      const step = yield* StepContext
      const placement = yield* PlacedRows.placementIn(slice.space, table)
      yield* claim(table, `publish ${table.name}`)
      const placed = PlacedRows.of(table, placement, slice, rows, outside)
      const settled = yield* PartitionPublisher.replace(options, {
        ...{ table, slice, placement },
        fill: (session, into) =>
          Effect.gen(function* () {
            const loaded = yield* load({ session, pool, server, table, into, rows: placed.rows })
            yield* placed.verify
            return { ...loaded, byKey: placed.tally.byKey() }
          })
      })
      const left = placed.tally.outside()
      PlacedRows.report(step, settled.rows, left)
      step.metadata({ loaded_by: settled.by })
      yield* Span.annotate({ table: table.name, rows: settled.rows, partitions: slice.size })
      return { relation: table, outside: left }
    }),

    replacePartitionsSelect: Effect.fn("MysqlPartitions.replaceSelect")(function* (
      table,
      slice,
      select,
      { outside = "refuse" } = {}
    ) {
      const step = yield* StepContext
      const operation = `publish ${table.name}`
      const failed = statementFailed(operation, " in the SELECT")
      const placement = yield* PlacedRows.placementIn(slice.space, table)
      const named = new Set<string>()
      const nameOf = ({ name }: View.Public) => {
        named.add(name)
        return quote(name)
      }
      const written = select({ ...Ddl.viewDialect, nameOf, window: BoundSelect.window })
      const { parameters, sql, unbound } = yield* BoundSelect.bind(table, placement, slice, written)
      if (!UserQuery.reads(sql)) return yield* SelectColumns.notReading(operation)
      const columns = yield* Effect.scoped(Effect.flatMap(pool.reserve, (session) => session.columnsOf(sql))).pipe(
        Effect.mapError(failed)
      )
      yield* SelectColumns.assertOf(table, columns)
      yield* claim(table, operation)
      const tally = Tally.make(placement, slice)
      const settled = yield* PartitionPublisher.replace(options, {
        ...{ table, slice, placement },
        prepare: (session, staging) => SelectSources.assertOnly(session, table.name, unbound, named, staging),
        fill: (session, staging) =>
          Effect.gen(function* () {
            const insert = `INSERT INTO ${quote(staging)} (${Ddl.list(Table.columnNames(table))}) ${sql}`
            const inserted = Deadlock.retried(session.connection.executeRaw(insert, parameters))
            const filled = affectedRows(yield* Effect.mapError(inserted, failed))
            yield* StepContext.progress(filled)
            const settled = StagedSelect.settle({
              ...{ table, slice, placement, tally, outside, filled },
              from: quote(staging),
              dialect: words,
              driver: MysqlTables.driver(session)
            })
            return { ...(yield* SqlBatch.translated(words, operation, settled)), by: "INSERT SELECT" as const }
          })
      })
      const left = tally.outside()
      PlacedRows.report(step, settled.rows, left)
      step.metadata({ loaded_by: settled.by })
      yield* Span.annotate({ table: table.name, rows: settled.rows, partitions: slice.size })
      return { relation: table, outside: left }
    }),
    ...PartitionCuts.make(MysqlTables.make(options))
  }
}
