import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Tally from "@sluice/core/partition/Tally"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Span from "@sluice/core/Span"
import * as Effect from "effect/Effect"
import { affectedRows } from "../internal/mysqlDriver.ts"
import type { PartitionedTables } from "../PartitionedTables.ts"
import * as BoundSelect from "../sql/BoundSelect.ts"
import * as PartitionCounts from "../sql/PartitionCounts.ts"
import * as PlacedRows from "../sql/PlacedRows.ts"
import * as RowPlaces from "../sql/RowPlaces.ts"
import * as SelectColumns from "../sql/SelectColumns.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import * as StagedSelect from "../sql/StagedSelect.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import * as PartitionPublisher from "./PartitionPublisher.ts"
import * as Publisher from "./Publisher.ts"
import * as SelectSources from "./SelectSources.ts"
import * as SessionTransaction from "./SessionTransaction.ts"
import * as UserQuery from "./UserQuery.ts"

/** Tables that are cut, in one database of MySQL or MariaDB. */
export const make = (options: PartitionPublisher.Options): PartitionedTables => {
  const { blockers, load, pool, server, words } = options
  const here = SqlBatch.over(pool.sql, words)
  const claim = ({ name }: Table.Any, operation: string) => here(operation, SqlOwners.claim(words, [name], operation))
  const isThere = ({ connection }: Session, table: Table.Any) =>
    Effect.map(
      connection.executeValues(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
        [table.name]
      ),
      (rows) => rows.length > 0
    )
  const countOf = Effect.fnUntraced(function* (
    session: Session,
    table: Table.Any,
    space: Parameters<PartitionedTables["cutInto"]>[1]
  ) {
    const placement = yield* PlacedRows.placementIn(space, table)
    if (!(yield* isThere(session, table))) return { partitions: [], elsewhere: 0 }
    const counted = yield* session.connection.executeValues(
      PartitionCounts.statement(placement, quote(table.name), words),
      []
    )
    return PartitionCounts.cutOf(placement, counted)
  })
  /** Changes a table of the pipeline's own in one transaction, under its lock. */
  const alone = <A>(
    table: Table.Any,
    operation: string,
    change: (session: Session) => Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>
  ) =>
    Effect.zipRight(
      claim(table, operation),
      Publisher.reserved(options, operation, [], (session) =>
        Effect.zipRight(
          options.locks.take(session, table.name, operation),
          blockers.insist([table.name])(
            SqlBatch.translated(
              words,
              operation,
              Deadlock.retried(SessionTransaction.run(session, Effect.provideService(change(session), SqlClient, pool.sql)))
            )
          )
        )
      )
    )

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
        fill: ({ connection }, staging) =>
          Effect.gen(function* () {
            const insert = `INSERT INTO ${quote(staging)} (${Ddl.list(Table.columnNames(table))}) ${sql}`
            const inserted = Deadlock.retried(connection.executeRaw(insert, parameters))
            const filled = affectedRows(yield* Effect.mapError(inserted, failed))
            yield* StepContext.progress(filled)
            const settled = StagedSelect.settle({
              ...{ table, slice, placement, tally, outside, filled },
              from: quote(staging),
              dialect: words,
              run: (statement, values) =>
                statement.startsWith("DELETE")
                  ? Effect.as(connection.executeRaw(statement, values), [])
                  : connection.executeValues(statement, values)
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

    partitionMarks: (table, { runId } = {}) =>
      here(`read the partitions of ${table.name}`, SqlPartitionMarks.all(words, table.name, runId)),

    removePartitions: Effect.fn("MysqlPartitions.remove")(function* (table, space, stored) {
      const placement = yield* PlacedRows.placementIn(space, table)
      const { conditions, keys } = RowPlaces.ofStored(placement, stored, quote)
      const remove = Effect.fnUntraced(function* (session: Session) {
        let removed = 0
        const own = (yield* isThere(session, table)) ? RowPlaces.joined(conditions) : []
        for (const { parameters, sql } of own) {
          const deleted = session.connection.executeRaw(`DELETE FROM ${quote(table.name)} WHERE ${sql}`, parameters)
          removed += affectedRows(yield* deleted)
        }
        yield* SqlPartitionMarks.remove(words, table.name, keys)
        yield* SqlMarks.erased(words, table.name, removed)
        return removed
      })
      return yield* alone(table, `remove partitions of ${table.name}`, remove)
    }),

    cutInto: Effect.fn("MysqlPartitions.cut")(function* (table, space, { adopt }) {
      const operation = `cut ${table.name} into partitions`
      if (!adopt) {
        const count = Effect.scoped(Effect.flatMap(pool.reserve, (session) => countOf(session, table, space)))
        return yield* SqlBatch.translated(words, operation, count)
      }
      const mark = Effect.fnUntraced(function* (session: Session) {
        const cut = yield* countOf(session, table, space)
        if (cut.elsewhere > 0) return yield* PlacedRows.notCuttable(table, space, cut.elsewhere)
        const runId = (yield* SqlMarks.find(words, table.name))?.runId ?? ""
        yield* SqlPartitionMarks.clear(words, table.name)
        yield* SqlPartitionMarks.set(words, table.name, runId, cut.partitions)
        return cut
      })
      return yield* alone(table, operation, mark)
    })
  }
}
