import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { fingerprint } from "../fingerprint.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Plan } from "../plan/Plan.ts"

/** The state of an asset's source before the run's first step. */
export interface Observation {
  /** A hash of the answer of `observe`; undefined if the asset has no `observe` or it failed. */
  readonly observed: string | undefined
  /** Whether the stored value still exists, as far as its storage can tell. */
  readonly exists: boolean
}

/** Observations by asset. An asset that cannot be observed has none. */
export type Observations = ReadonlyMap<string, Observation>

/**
 * Observes the assets that a plan materializes, a few at a time. Call it before the first step: a source that changes later
 * counts as changed in the next run. If an observation fails, or takes longer than 30 seconds, the asset counts as changed, and its own step reports the error.
 */
export const take = <A extends Asset.Any>(
  { graph, steps }: Plan<A>,
  context: Context.Context<Asset.Context<A>>
): Effect.Effect<Observations> => {
  const assets = steps.flatMap(({ action, asset }) => {
    const found = graph.assets[graph.indexOf(asset) ?? -1]
    return action === "materialize" && found !== undefined && isObservable(found) ? [found] : []
  })
  const answerOf = <B>(effect: unknown, onFailure: B): Effect.Effect<B> =>
    Effect.provide(
      Effect.catchAllCause(
        Effect.timeout(unsafeCast<Effect.Effect<B, Failure, Asset.Context<A>>>(effect), longest),
        (cause) => (Cause.isInterruptedOnly(cause) ? Effect.interrupt : Effect.succeed(onFailure))
      ),
      context
    )
  const observe = Effect.fnUntraced(function* ({ name, observe, storage }: A) {
    const answer = observe === undefined ? undefined : yield* answerOf<string | undefined>(observe, undefined)
    const exists = storage._tag === "Stored" && storage.exists !== undefined ? yield* answerOf(storage.exists, false) : true
    const observed = answer === undefined ? undefined : fingerprint(answer)
    return [name, { observed, exists }] as const
  })
  return Effect.map(Effect.forEach(assets, observe, { concurrency: observedAtOnce }), (pairs) => new Map(pairs))
}

const observedAtOnce = 4
/** A source that does not answer must not delay the run's start. */
const longest = "30 seconds"

const isObservable = ({ observe, storage }: Asset.Any): boolean =>
  observe !== undefined || (storage._tag === "Stored" && storage.exists !== undefined)
