import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as PartitionCounts from "@sluice/core/run/PartitionCounts"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { byRun } from "@sluice/core/run/RunRecord"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { PipelineDialect, SqlDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import * as Tables from "./SqlRunTables.ts"

/** The counts of each backfill, in columns of its run, so that a list of backfills reads no events. */

/** Adds appended events to the counts of their backfills. Runs no statement if no event is about partitions. */
export const record = Effect.fn("SqlBackfillCounts.record")(function* (
  sql: SqlClient,
  dialect: PipelineDialect,
  events: ReadonlyArray<RunEvent>
): Effect.fn.Return<void, SqlError> {
  const { ofRun, runs } = Tables.words(sql, dialect)
  for (const [runId, own] of byRun(events)) {
    const added = own.reduce<PartitionCounts.PartitionCounts>(
      (counts, event) => PartitionCounts.ofRun(event, counts) ?? counts,
      PartitionCounts.none
    )
    if (Object.values(added).every((count) => count === 0)) continue
    const { failed, made, skipped, total } = added
    yield* sql`UPDATE ${runs} SET partitions = COALESCE(partitions, 0) + ${total},
      partitions_made = COALESCE(partitions_made, 0) + ${made},
      partitions_failed = COALESCE(partitions_failed, 0) + ${failed},
      partitions_skipped = COALESCE(partitions_skipped, 0) + ${skipped}
      WHERE ${ofRun(runId)} AND backfill = 1`
  }
})

/** Counts the partitions of backfills that an earlier version recorded. It can run twice. */
export const fill = Effect.fn("SqlBackfillCounts.fill")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const runs = sql.literal(dialect.table("sluice_runs"))
  const events = sql.literal(dialect.table("sluice_events"))
  const earlier = yield* SqlRows.all(
    Schema.Struct({ pipeline: Schema.String, run_id: Schema.String }),
    sql`SELECT pipeline, run_id FROM ${runs} WHERE backfill = 1 AND partitions IS NULL`
  )
  for (const { pipeline, run_id: runId } of earlier) {
    let counts: PartitionCounts.PartitionCounts | undefined
    for (let from = 0; ; from += page) {
      const rows = yield* SqlRows.all(
        Schema.Struct({ event: Schema.String }),
        sql`SELECT event FROM ${events} WHERE pipeline = ${pipeline} AND run_id = ${runId} AND seq >= ${from} AND seq < ${from + page} ORDER BY seq`
      )
      for (const { event } of rows) {
        const decoded = Tables.decodeEvent(event)
        if (Either.isRight(decoded)) counts = PartitionCounts.ofRun(decoded.right, counts)
      }
      if (rows.length < page) break
    }
    const { failed, made, skipped, total } = counts ?? PartitionCounts.none
    // Another process may have counted them meanwhile.
    yield* sql`UPDATE ${runs} SET partitions = ${total}, partitions_made = ${made}, partitions_failed = ${failed}, partitions_skipped = ${skipped}
      WHERE pipeline = ${pipeline} AND run_id = ${runId} AND partitions IS NULL`
  }
})

/** Events that are read at a time. */
const page = 1_000
