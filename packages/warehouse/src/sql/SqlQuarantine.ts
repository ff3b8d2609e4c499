import { SqlClient } from "@effect/sql/SqlClient"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Quarantine } from "../Quarantine.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { ErasureGate } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type SqlDialect, textOf, textOrNull } from "./SqlDialect.ts"

export const tableName = "quarantine"

/** The quarantine on SQL, one row for each problem. Replacing a source's rows is one transaction. */
export const layer = (dialect: SqlDialect, gate: ErasureGate): Layer.Layer<Quarantine, WarehouseFailed, SqlClient> =>
  Layer.effect(Quarantine, Effect.zipRight(ensureTables(dialect), make(dialect, gate)))

/** Creates the table if it is missing. */
export const ensureTables = Effect.fn("SqlQuarantine.ensureTables")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  yield* SqlBatch.translated(dialect, "create the quarantine", sql.unsafe(ddl(dialect)))
})

/** The quarantine over a table that exists. */
export const make = Effect.fn("SqlQuarantine.make")(function* (
  dialect: SqlDialect,
  gate: ErasureGate
): Effect.fn.Return<Quarantine["Type"], never, SqlClient> {
  const sql = yield* SqlClient
  const table = dialect.table(tableName)
  const exact = (column: string) => `${dialect.exactText(column)} AS ${column}`

  return Quarantine.of({
    replace: Effect.fn("SqlQuarantine.replace")(function* (source, runId, rows, { failed } = { failed: false }) {
      const operation = `replace the quarantine of ${source}`
      const write = Effect.gen(function* () {
        yield* Effect.provideService(gate.pass(runId, operation, { lock: true }), SqlClient, sql)
        let position = failed ? firstOfFailed : 0
        yield* sql.unsafe(`DELETE FROM ${table} WHERE source = ? AND position >= ?`, [source, position])
        yield* Dataset.forEachChunk(rows, (some) =>
          SqlBatch.insert(
            sql,
            dialect,
            { head: `INSERT INTO ${table} (source, position, ordinal, id, field, reason, run_id)` },
            some.map((row) => [source, position++, row.ordinal, row.id, row.field, row.reason, runId])
          )
        )
      })
      yield* SqlBatch.transaction(sql, dialect, operation, write)
    }),

    list: Effect.fn("SqlQuarantine.list")(function* (source, runId) {
      const ofRun = runId === undefined ? { condition: "", values: [] } : { condition: " AND run_id = ?", values: [runId] }
      const rows = yield* SqlBatch.translated(
        dialect,
        `read the quarantine of ${source}`,
        sql.unsafe<QuarantineRow>(
          `SELECT ordinal, ${exact("id")}, ${exact("field")}, ${exact("reason")} FROM ${table} WHERE source = ?${ofRun.condition} ORDER BY ordinal, position`,
          [source, ...ofRun.values]
        )
      )
      return rows.map((row) => ({
        ordinal: Number(row.ordinal),
        id: textOrNull(row.id),
        field: textOf(row.field),
        reason: textOf(row.reason)
      }))
    })
  })
})

/** Positions from here on are of the rows that made a reading fail; a reading that is used has fewer rows. */
const firstOfFailed = 1_000_000_000_000

interface QuarantineRow {
  readonly ordinal: number | string
  readonly id: string | Uint8Array | null
  readonly field: string | Uint8Array
  readonly reason: string | Uint8Array
}

const ddl = (dialect: SqlDialect): string => {
  const { text, longText, integer } = dialect.types
  return createTable(
    dialect,
    tableName,
    [
      ["source", `${text(64)} NOT NULL`],
      ["position", `${integer} NOT NULL`],
      ["ordinal", `${integer} NOT NULL`],
      ["id", longText],
      ["field", `${longText} NOT NULL`],
      ["reason", `${longText} NOT NULL`],
      ["run_id", `${text(64)} NOT NULL`]
    ],
    ["PRIMARY KEY (source, position)"]
  )
}
