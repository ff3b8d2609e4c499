import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as ErasureGate from "./ErasureGate.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlSourcePages from "./SqlSourcePages.ts"

/**
 * Starts a new epoch of a pipeline's store, in the caller's transaction. Runs that have begun to read a source are refused when
 * they write, and the next run reads everything.
 */
export const advance = Effect.fn("Epoch.advance")(function* (
  dialect: PipelineDialect
): Effect.fn.Return<void, SqlError | WarehouseFailed, SqlClient> {
  const epoch = yield* SqlCounters.read(dialect, ErasureGate.counter, { lock: true })
  yield* SqlCounters.write(dialect, ErasureGate.counter, epoch + 1)
  yield* SqlSourcePages.forgetAll(dialect)
})
