import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { CheckFailed } from "../asset/CheckFailed.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Metadata } from "../asset/Metadata.ts"
import type { StepContext } from "../asset/StepContext.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Slice } from "../partition/Slice.ts"
import * as Attempt from "../run/Attempt.ts"
import type { Draft } from "../run/EventLog.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import type { Versions } from "../run/Versions.ts"

/** The result of one materialized asset. */
export interface Materialized<A> {
  readonly value: A
  readonly metadata: Metadata
  /** The number of rows that the asset reported as progress. */
  readonly rows: number
  /** The results of the checks, in the order of evaluation. */
  readonly checks: ReadonlyArray<Checked>
  /** The events of a run of this one step: started, progressed, checks evaluated, succeeded. */
  readonly events: ReadonlyArray<RunEvent>
}

/** The result of one check. */
export interface Checked {
  readonly name: string
  readonly passed: boolean
  readonly metadata: Metadata
}

/**
 * Materializes one asset with upstream values of your choice: one attempt, as a run makes it, without a graph or a store. Your
 * test's layers provide the services that the asset needs. It fails with the asset's own error, or with `CheckFailed` if
 * a blocking check does not pass. `lastRunId` is the run of the asset's previous materialization; default: there is none.
 */
export const runForTest = Effect.fn("runForTest")(function* <A, E extends Failure, R, Up extends Asset.Upstreams, P, M, Pol>(
  asset: Asset.Asset<string, A, E, R, Up, unknown, P, M, Pol>,
  inputs: Asset.Inputs<Up, P, M, Pol>,
  options: { readonly lastRunId?: string | undefined; readonly slice?: Slice | undefined } = {}
): Effect.fn.Return<Materialized<A>, E | CheckFailed, Exclude<R, StepContext> | Scope.Scope> {
  const clock = yield* Clock.clockWith(Effect.succeed)
  const context = yield* FiberRef.get(FiberRef.currentContext)
  const events: Array<RunEvent> = []
  let cause: Cause.Cause<E> | undefined
  const watched: Asset.Any = {
    ...asset,
    materialize: (values: never, slice) =>
      Effect.tapErrorCause(asset.materialize(values, slice), (found) =>
        Effect.sync(() => {
          cause = found
        })
      )
  }
  const attempt = Effect.uninterruptibleMask((restore) =>
    Attempt.run({
      ...{ runId: "test", asset: watched, action: "materialize", attempt: 1, slice: options.slice },
      inputs: () => Effect.succeed(inputs),
      unconcluded: () => [],
      early: { handOff: () => {}, withdraw: () => Effect.void, concluded: Effect.void },
      lastMadeFrom: undefined,
      deadline: undefined,
      versions: versionsAfter(asset.name, options.lastRunId),
      context: unsafeCast(context),
      restore,
      clock,
      emit: (draft) => void events.push(dated(draft, clock.unsafeCurrentTimeMillis()))
    })
  )
  // An attempt takes its fiber's services for its own.
  const outcome = yield* Effect.locally(attempt, FiberRef.currentContext, context)
  if (outcome._tag === "Failed") {
    return yield* cause === undefined ? Effect.fail(unsafeCast<E | CheckFailed>(outcome.failure)) : Effect.failCause(cause)
  }
  yield* Effect.addFinalizer(() => Scope.close(outcome.scope, Exit.void))
  return { value: unsafeCast<A>(outcome.value), events, ...foldOf(events) }
})

const versionsAfter = (asset: string, lastRunId: string | undefined): Versions => {
  const provenance = { code: "test", inputs: {}, data: "test" }
  const at = new Date(0).toISOString()
  return {
    unchanged: () => undefined,
    last: () =>
      lastRunId === undefined ? undefined : { asset, runId: lastRunId, at, durationMillis: 0, metadata: {}, provenance },
    madeFrom: () => undefined,
    made: (_, reported) => ({ ...provenance, data: reported ?? provenance.data }),
    reused: () => {}
  }
}

const dated = (draft: Draft, now: number): RunEvent => unsafeCast({ ...draft, at: new Date(now).toISOString() })

const foldOf = (events: ReadonlyArray<RunEvent>) => {
  let rows = 0
  let metadata: Metadata = {}
  const checks: Array<Checked> = []
  for (const event of events) {
    if (event._tag === "StepProgressed") rows = event.rows
    if (event._tag === "StepSucceeded") metadata = event.metadata
    if (event._tag === "CheckEvaluated") {
      checks.push({ name: event.check, passed: event.passed, metadata: event.metadata })
    }
  }
  return { rows, metadata, checks }
}
