import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"

/** The counter of erasures. An erasure locks it before its first query, until it commits. */
export const counter = "sluice_suppressions"

/**
 * Refuses rows that were read before an erasure and would be written after it. A run records the number of erasures when it
 * begins to read a source or what is stored about people; a run that reads neither always passes. All writers of a store share one gate.
 */
export interface ErasureGate {
  /** Records the number of erasures at a run's beginning. Only the first call of a run counts. */
  readonly begin: (runId: string, epoch: number) => void
  /** Begins the run of the current step, before it reads something about people. Outside of steps, does nothing. */
  readonly beginStep: Effect.Effect<void, WarehouseFailed | SqlError, SqlClient>
  /** Whether there were as many erasures when a run began as there are now. */
  readonly isOpen: (runId: string, epoch: number) => boolean
  /**
   * Fails with `Outdated` if there were erasures since. Call it only where no erasure can come before the write: under the lock
   * of the published table or of a mask's counter, or with `lock` in the transaction that writes.
   */
  readonly pass: (
    runId: string,
    operation: string,
    options: { readonly lock: boolean }
  ) => Effect.Effect<void, WarehouseFailed | SqlError, SqlClient>
}

/** The error of rows that a step has read before an erasure, and would write after it. */
export const outdatedStep = (operation: string): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Outdated",
    operation,
    detail:
      "somebody was erased or let in again, or mask ids were re-issued, after this step began to read. Its rows may be about them. Nothing was written; run it again."
  })

/** The error of a run that has read before an erasure. */
export const outdatedRun = (operation: string): WarehouseFailed =>
  new WarehouseFailed({
    reason: "Outdated",
    operation,
    detail:
      "somebody was erased or let in again, or mask ids were re-issued, after this run began to read. What it read may be about the wrong people, or have old ids. Nothing was written; run it again."
  })

/** A new gate, without any run. */
export const make = (dialect: PipelineDialect): ErasureGate => {
  const begun = new Map<string, number>()
  const begin = (runId: string, epoch: number) => {
    if (!begun.has(runId)) begun.set(runId, epoch)
  }
  return {
    begin,
    beginStep: Effect.gen(function* () {
      const step = yield* Effect.serviceOption(StepContext)
      if (Option.isNone(step) || begun.has(step.value.runId)) return
      begin(step.value.runId, yield* SqlCounters.read(dialect, counter, { lock: false }))
    }),
    isOpen: (runId, epoch) => (begun.get(runId) ?? epoch) === epoch,
    pass: Effect.fn("ErasureGate.pass")(function* (runId, operation, options) {
      const epoch = begun.get(runId)
      if (epoch === undefined || epoch === (yield* SqlCounters.read(dialect, counter, options))) return
      return yield* outdatedRun(operation)
    })
  }
}

/** Whether a relation has rows, values or mask ids of people. */
export const isAboutPeople = (relation: Table.Any | View.Any): boolean =>
  relation._tag === "View"
    ? relation.on.some(isAboutPeople)
    : relation.subject.length > 0 ||
      relation.visibility !== "public" ||
      Object.values(relation.columns).some(({ maskOf }) => maskOf !== undefined)

/** Runs a write of the current step while no erasure can commit. Refuses it if there was one since. Outside of steps, only runs it. */
export type Guard = <A, E, R>(operation: string, write: Effect.Effect<A, E, R>) => Effect.Effect<A, E | WarehouseFailed, R>

/** Guards writes on any connection. `sql` is the connection to the counter of erasures: `dialect` names its table. */
export const guard =
  (gate: ErasureGate, dialect: PipelineDialect, sql: SqlClient): Guard =>
  (operation, write) =>
    Effect.gen(function* () {
      const step = yield* Effect.serviceOption(StepContext)
      if (Option.isNone(step)) return yield* write
      const passed = Effect.provideService(gate.pass(step.value.runId, operation, { lock: true }), SqlClient, sql)
      return yield* SqlBatch.transaction(sql, dialect, operation, Effect.zipRight(passed, write))
    })
