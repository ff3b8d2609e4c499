import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"

/** The counter of erasures. An erasure has it locked from before it looks for anything until it has committed. */
export const counter = "sluice_suppressions"

/**
 * Keeps out what was read before an erasure and would be written after it. A run passes it by the number of erasures that
 * there were when it began to read; a run that has read no source passes always. One for all writers of a store.
 */
export interface ErasureGate {
  /** Notes the number that a run begins with; of several, the first one counts. */
  readonly begin: (runId: string, epoch: number) => void
  /**
   * Fails with `Outdated` where there were erasures since. It must be asked where no erasure can come between it and the
   * write: under the lock of the published table or of a mask's counter, or with `lock` in the transaction that writes.
   */
  readonly pass: (
    runId: string,
    operation: string,
    options: { readonly lock: boolean }
  ) => Effect.Effect<void, WarehouseFailed | SqlError, SqlClient>
}

/** A gate that nobody has passed yet. */
export const make = (dialect: PipelineDialect): ErasureGate => {
  const begun = new Map<string, number>()
  return {
    begin: (runId, epoch) => {
      if (!begun.has(runId)) begun.set(runId, epoch)
    },
    pass: Effect.fn("ErasureGate.pass")(function* (runId, operation, options) {
      const epoch = begun.get(runId)
      if (epoch === undefined || epoch === (yield* SqlCounters.read(dialect, counter, options))) return
      return yield* new WarehouseFailed({
        reason: "Outdated",
        operation,
        detail:
          "somebody was erased or let in again, or mask ids were re-issued, after this run began to read its source. What it read may be about the wrong people, or have old ids. Nothing was written; run it again."
      })
    })
  }
}
