import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { rowCount } from "../checks/RowCount.ts"
import type { ErasureGate } from "../sql/ErasureGate.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlPartitionMarks from "../sql/SqlPartitionMarks.ts"
import * as TableWrites from "../sql/TableWrites.ts"
import { type Published, Warehouse } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Mark } from "../WarehouseReader.ts"
import * as FileTimes from "./FileTimes.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteLoader from "./SqliteLoader.ts"
import * as SqlitePartitions from "./SqlitePartitions.ts"
import * as SqliteSelect from "./SqliteSelect.ts"
import type { SqliteStore } from "./SqliteStore.ts"
import * as SqliteStructure from "./SqliteStructure.ts"

/**
 * The warehouse over an open store. A publish is one transaction over staging, swap and indexes, so that what is not
 * committed, for whatever reason, never was; one process publishes one relation at a time, and others wait for it. Rows of
 * public tables are put aside as they come, before that transaction, and nobody waits for them.
 */
export const make = (store: SqliteStore, gate: ErasureGate): Warehouse["Type"] => {
  const { records } = store.words
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, store.data.sql)
  const mark = (table: Table.Any) => here(SqlMarks.find(records, table.name))
  /** The rows that a table has: as its mark tells, or counted; none if it is not there. */
  const rowsThen = (table: Table.Any, found: Mark | undefined) =>
    found?.rows !== undefined
      ? Effect.succeed(found.rows)
      : store.data.use((session) => {
          if (SqliteStructure.ask(session, records.find, table) === undefined) return 0
          return Number(session.values(`SELECT COUNT(*) FROM ${records.relation(table)}`, [])[0]?.[0])
        })
  /** Records a whole publish: the table is not cut any more. */
  const markWhole = (table: Table.Any, runId: string, rows: number) =>
    here(Effect.zipRight(SqlPartitionMarks.clear(records, table.name), SqlMarks.set(records, table.name, runId, rows)))
  const claim = (relation: Table.Any | View.Any, operation: string) =>
    here(SqlOwners.claim(records, [relation.name], operation))
  /** Writes a table of the pipeline's own in one transaction that no erasure has come before. */
  const alone = <A, E, R>(table: Table.Any, runId: string, write: Effect.Effect<A, E, R>) => {
    const operation = `publish ${table.name}`
    const permitted = Effect.all([
      claim(table, operation),
      here(gate.pass(runId, operation, { lock: false })),
      FileTimes.advance(store.data, operation)
    ])
    // Sorting an index a cacheful at a time is twice as fast, and takes no more memory for more rows.
    const aside = table.visibility === "public" ? "file" : "memory"
    const transaction = store.data.withTransaction(Effect.zipRight(permitted, write), { aside })
    return SqlBatch.translated(records, operation, transaction)
  }
  const publish = Effect.fnUntraced(function* <E>(table: Table.Any, fill: Fill<E>) {
    const { runId } = yield* StepContext
    const before = Effect.flatMap(mark(table), (found) => rowsThen(table, found))
    const written = replace(store.data, table, fill, before)
    return yield* alone(
      table,
      runId,
      Effect.tap(written, (rows) => markWhole(table, runId, rows))
    )
  })

  return Warehouse.of({
    ...SqlitePartitions.make(store, gate),

    ...TableWrites.make({
      dialect: records,

      rows: Effect.fnUntraced(function* (table, rows) {
        const { progress } = yield* StepContext
        const operation = `publish ${table.name}`
        const count = yield* table.visibility === "public"
          ? Effect.scoped(
              Effect.flatMap(SqlBatch.translated(records, operation, putAside(store.data, table, rows, progress)), (fill) =>
                publish(table, fill)
              )
            )
          : // A store has one writer at a time, whom a source that is still read would hold up.
            Effect.zipRight(
              rows.awaitComplete,
              publish(table, (staging) => SqliteLoader.load(store.data, table, staging, rows, progress))
            )
        return { rows: count }
      }),

      select: Effect.fnUntraced(function* (table, { sql: written }) {
        const sql = yield* SqliteSelect.prepare(store, table, written)
        const rows = yield* publish(table, (staging) => SqliteSelect.fill(store.data, table, staging, { sql }))
        yield* StepContext.progress(rows)
        return { rows }
      }),

      amend: Effect.fnUntraced(function* (table, changes, by) {
        const step = yield* StepContext
        const amend = Effect.gen(function* () {
          const found = yield* mark(table)
          const judged = yield* SqlMarks.judge(found, table.name, step)
          const before = yield* rowsThen(table, found)
          if (judged === "applied") return { again: true, rows: before, deleted: 0, written: 0 }
          const counts = yield* SqliteLoader.amend(store.data, table, changes, by, before, step.progress)
          yield* here(SqlMarks.set(records, table.name, step.runId, counts.rows))
          return { again: false, ...counts }
        })
        return yield* alone(table, step.runId, amend)
      })
    }),

    publishView: Effect.fn("SqliteWarehouse.publishView")(function* <V extends View.Any>(view: V) {
      const operation = `publish the view ${view.name}`
      const create = store.data.use((session) => {
        session.run(`DROP VIEW IF EXISTS ${Ddl.qualified("main", view.name)}`, [])
        session.run(Ddl.createView(view), [])
        // SQLite looks at what a view reads only when somebody asks it.
        session.values(`SELECT * FROM ${Ddl.qualified("main", view.name)} LIMIT 0`, [])
      })
      const publish = store.data.withTransaction(Effect.zipRight(claim(view, operation), create))
      yield* SqlBatch.translated(records, operation, publish)
      return { relation: view }
    }),

    loading: Effect.succeed({ by: "INSERT in one transaction", slower: undefined }),

    open: Effect.fn("SqliteWarehouse.open")(function* <T extends Table.Any | View.Any>(relation: T) {
      const operation = `open ${relation.name}`
      const schema = Ddl.quote(Ddl.schemaOf(relation))
      const found = yield* Effect.mapError(
        store.data.use((session) =>
          session.values(`SELECT 1 FROM ${schema}.sqlite_master WHERE type = ? AND name = ?`, [
            relation._tag === "Table" ? "table" : "view",
            relation.name
          ])
        ),
        (error) => Fault.translate(operation, error)
      )
      if (found.length === 0) {
        return yield* new WarehouseFailed({
          reason: "Missing",
          operation,
          detail: `it is not in the store yet. Materialize the asset that publishes it.`
        })
      }
      const published: Published<T> = { relation }
      return published
    })
  })
}

/** Fills a staging table by its name; answers the number of rows. */
type Fill<E = SpillFailed> = (staging: string) => Effect.Effect<number, WarehouseFailed | SqlError | E>

const stagingOf = (table: Table.Any): string => `${table.name}__staging`

/**
 * Writes rows, as they come, where nobody waits for it: into a table of a database without a name, which goes with the scope.
 * Answers what copies them into a staging table, page by page as they lie there, since both are defined alike.
 */
const putAside = Effect.fnUntraced(function* <T extends Table.Any>(
  client: LibsqlClient,
  table: T,
  rows: Dataset.Dataset<Table.Row<T>>,
  progress: (rows: number) => void
): Effect.fn.Return<Fill, WarehouseFailed | SpillFailed | SqlError, Scope.Scope> {
  const aside = yield* client.nameless
  const name = stagingOf(table)
  yield* client.use((session) => session.run(Ddl.createTable(table, name, aside), []))
  const count = yield* SqliteLoader.load(client, table, name, rows, progress, aside)
  return (staging) =>
    Effect.as(
      client.beside(
        `INSERT INTO ${Ddl.qualified(Ddl.schemaOf(table), staging)} SELECT * FROM ${Ddl.qualified(aside, name)}`
      ),
      count
    )
})

/**
 * Fills a staging table, has the blocking checks look at it, swaps the tables and makes the indexes. Runs in a transaction;
 * returns the number of rows. `before` is that of the table's rows until then.
 */
const replace = Effect.fnUntraced(function* <E>(
  client: LibsqlClient,
  table: Table.Any,
  fill: Fill<E>,
  before: Effect.Effect<number, SqlError | WarehouseFailed>
): Effect.fn.Return<number, WarehouseFailed | CheckFailed | SqlError | E, StepContext> {
  const staging = stagingOf(table)
  const inSchema = (name: string) => Ddl.qualified(Ddl.schemaOf(table), name)
  yield* client.use((session) => {
    session.run(`DROP TABLE IF EXISTS ${inSchema(staging)}`, [])
    session.run(Ddl.createTable(table, staging), [])
  })
  const count = yield* fill(staging)
  yield* StepContext.staged(staging, { rows: count, before: yield* before }, [rowCount(table)])
  yield* client.beside(`DROP TABLE IF EXISTS ${inSchema(table.name)}`)
  yield* client.use((session) => session.run(`ALTER TABLE ${inSchema(staging)} RENAME TO ${Ddl.quote(table.name)}`, []))
  for (const index of Ddl.createIndexes(table)) yield* client.beside(index)
  return count
})
