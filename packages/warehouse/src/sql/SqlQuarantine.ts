import { SqlClient } from "@effect/sql/SqlClient"
import * as Dataset from "@sluice/core/data/Dataset"
import { Quarantine } from "@sluice/core/source/Quarantine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ErasureGate } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import { asStoreFailed } from "./storeFailed.ts"

export const tableName = "quarantine"

/** The quarantine on SQL, one row for each problem, over an existing table. A source's rows are replaced in one transaction. */
export const make = Effect.fn("SqlQuarantine.make")(function* (
  dialect: PipelineDialect,
  gate: ErasureGate
): Effect.fn.Return<Quarantine["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const { pipeline } = dialect
  const table = sql.literal(dialect.table(tableName))
  const of = (source: string) => sql`pipeline = ${pipeline} AND source = ${source}`
  const exact = (column: string) => sql`${sql.literal(dialect.exactText(column))} AS ${sql(column)}`

  // One run reads its slices at once, in one process.
  const oneAtATime = yield* Effect.makeSemaphore(1)
  /** The position after the last one from `first` on. */
  const nextPosition = (source: string, first: number) => {
    const end = first === firstOfFailed ? Number.MAX_SAFE_INTEGER : firstOfFailed
    const select = sql`SELECT MAX(position) AS last FROM ${table} WHERE ${of(source)} AND position >= ${first} AND position < ${end}`
    return Effect.map(SqlRows.all(Last, select), ([found]) => (found?.last ?? first - 1) + 1)
  }

  return Quarantine.of({
    replace: Effect.fn("SqlQuarantine.replace")(function* (source, runId, rows, { failed = false, slice = false } = {}) {
      const operation = `replace the quarantine of ${source}`
      const write = Effect.gen(function* () {
        yield* Effect.provideService(gate.pass(runId, operation, { lock: true }), SqlClient, sql)
        const first = failed ? firstOfFailed : 0
        const replaced = slice ? sql`${of(source)} AND run_id <> ${runId}` : of(source)
        yield* sql`DELETE FROM ${table} WHERE ${replaced} AND position >= ${first}`
        let position = slice ? yield* nextPosition(source, first) : first
        yield* Dataset.forEachChunk(rows, (some) =>
          SqlBatch.insert(
            sql,
            dialect,
            { table: tableName },
            some.map(({ field, id, ordinal, reason }) => {
              return { pipeline, source, position: position++, ordinal, id, field, reason, run_id: runId }
            })
          )
        )
      })
      yield* oneAtATime.withPermits(1)(asStoreFailed(SqlBatch.transaction(sql, dialect, operation, write)))
    }),

    list: Effect.fn("SqlQuarantine.list")(function* (source, runId) {
      const ofRun = runId === undefined ? of(source) : sql`${of(source)} AND run_id = ${runId}`
      const columns = sql`ordinal, ${exact("id")}, ${exact("field")}, ${exact("reason")}`
      const select = sql`SELECT ${columns} FROM ${table} WHERE ${ofRun} ORDER BY ordinal, position`
      const operation = `read the quarantine of ${source}`
      return yield* asStoreFailed(SqlBatch.translated(dialect, operation, SqlRows.all(Row, select)))
    })
  })
})

/** Positions from here on belong to the rows of a failed reading. A successful reading never has this many rows. */
const firstOfFailed = 1_000_000_000_000

const Last = Schema.Struct({ last: Schema.NullOr(SqlRows.Count) })

const Row = Schema.Struct({
  ordinal: SqlRows.Count,
  id: Schema.NullOr(SqlRows.ExactText),
  field: SqlRows.ExactText,
  reason: SqlRows.ExactText
})
