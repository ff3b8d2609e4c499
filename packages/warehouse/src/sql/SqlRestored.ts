import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Epoch from "./Epoch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlMaskCounts from "./SqlMaskCounts.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"

/**
 * Accepts a store whose parts were restored from different times, in the caller's transaction. It forgets remembered pages and
 * marks, so the next run makes everything again, and runs in progress are refused when they write.
 */
export const accept = Effect.fn("SqlRestored.accept")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<void, SqlError | WarehouseFailed, SqlClient> {
  yield* Epoch.advance(dialect)
  yield* SqlMarks.clearAll(dialect)
  yield* SqlPartitionMarks.forgetAll(dialect)
  yield* SqlMaskCounts.forget(dialect)
  yield* SqlCounters.write(dialect, SqlSuppressions.counter, (yield* SqlSuppressions.select(dialect)).length)
})
