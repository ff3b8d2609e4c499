import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Metadata } from "../asset/Metadata.ts"
import { StepContext } from "../run/StepContext.ts"

/** What materializing one asset did, besides what its layers saw. */
export interface Materialized<A> {
  readonly value: A
  readonly metadata: Metadata
  /** Rows it reported as progress. */
  readonly rows: number
}

/**
 * Materializes one asset with upstream values of your choice: one attempt, no graph, no store. The services it needs
 * remain to be provided, by the layers of your test.
 */
export const runForTest = Effect.fn("runForTest")(function* <A, E extends Failure, R, Up extends Asset.Upstreams>(
  asset: Asset.Asset<string, A, E, R, Up>,
  inputs: Asset.Inputs<Up>
): Effect.fn.Return<Materialized<A>, E, Exclude<R, StepContext> | Scope.Scope> {
  let metadata: Metadata = {}
  let rows = 0
  const value = yield* Effect.provideService(asset.materialize(inputs), StepContext, {
    runId: "test",
    asset: asset.name,
    attempt: 1,
    progress: (more) => {
      rows += more
    },
    metadata: (values) => {
      metadata = { ...metadata, ...values }
    },
    staged: () => Effect.void
  })
  return { value, metadata, rows }
})
