import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Metadata } from "../asset/Metadata.ts"
import { StepContext } from "../asset/StepContext.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { millisBetween } from "../run/Attempt.ts"
import type { RunEvent } from "../run/RunEvent.ts"

/** What materializing one asset did, besides what its layers saw. */
export interface Materialized<A> {
  readonly value: A
  readonly metadata: Metadata
  /** Rows it reported as progress. */
  readonly rows: number
  /** The events of a run of this one step: it started, it progressed, it succeeded. */
  readonly events: ReadonlyArray<RunEvent>
}

/**
 * Materializes one asset with upstream values of your choice: one attempt, no graph, no store, no checks. The services it
 * needs remain to be provided, by the layers of your test. Fails as the asset does.
 */
export const runForTest = Effect.fn("runForTest")(function* <A, E extends Failure, R, Up extends Asset.Upstreams>(
  asset: Asset.Asset<string, A, E, R, Up>,
  inputs: Asset.Inputs<Up>
): Effect.fn.Return<Materialized<A>, E, Exclude<R, StepContext> | Scope.Scope> {
  const clock = yield* Clock.clockWith(Effect.succeed)
  const started = clock.unsafeCurrentTimeNanos()
  const events: Array<RunEvent> = []
  const step = () => ({
    runId: "test",
    at: new Date(clock.unsafeCurrentTimeMillis()).toISOString(),
    asset: asset.name,
    attempt: 1
  })
  let metadata: Metadata = {}
  let rows = 0
  let data = "test"
  let rest: Effect.Effect<unknown, Failure> = Effect.void
  events.push({ _tag: "StepStarted", ...step() })
  const value = yield* Effect.provideService(asset.materialize(inputs), StepContext, {
    runId: "test",
    asset: asset.name,
    attempt: 1,
    progress: (more) => {
      rows += more
      events.push({ _tag: "StepProgressed", ...step(), rows })
    },
    metadata: (values) => {
      metadata = { ...metadata, ...values }
    },
    dataVersion: (version) => {
      data = version
    },
    staged: () => Effect.void,
    handOff: (work) => {
      rest = work
    },
    lastMadeFrom: undefined,
    last: undefined,
    concluded: Effect.void
  })
  yield* unsafeCast<Effect.Effect<void, E>>(rest)
  events.push({
    _tag: "StepSucceeded",
    ...step(),
    action: "materialize",
    durationMillis: millisBetween(started, clock.unsafeCurrentTimeNanos()),
    metadata,
    provenance: { code: "test", inputs: {}, data }
  })
  return { value, metadata, rows, events }
})
