import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as CallSites from "../internal/callSites.ts"
import * as Location from "../internal/location.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Slice } from "../partition/Slice.ts"
import type * as AssetCheck from "./AssetCheck.ts"
import type { Any, Asset, Upstreams } from "./AssetShape.ts"
import { TypeId } from "./AssetShape.ts"
import type { Failure } from "./Failure.ts"
import type * as Cut from "./PartitionedInputs.ts"
import type * as Partitioning from "./Partitioning.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import type { StepContext } from "./StepContext.ts"
import * as Storage from "./Storage.ts"

export {
  type Any,
  type Asset,
  type Context,
  type Description,
  type Error,
  type Relation,
  TypeId,
  type UpstreamName,
  type Upstreams,
  type Value
} from "./AssetShape.ts"

/**
 * The values of an asset's upstreams, by the names that the asset gives them. Where an asset is made from several partitions of an
 * upstream, they are a map by key.
 */
// biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
export type Inputs<Up, P = undefined, M = {}, Pol = "each"> = Cut.Inputs<Up, P, M, Pol>

/**
 * The options of an asset's definition. `RO` are the services that `observe` needs, `RC` those of `checks`, `RS` those of `storage`.
 * `P` is the set of partitions, `M` the mappings and `Pol` the policy.
 */
export interface Options<
  Up extends Upstreams,
  A,
  E extends Failure,
  R,
  Rel,
  RO,
  RC = never,
  RS = never,
  P = undefined,
  M = unknown,
  Pol = "each"
> extends Partitioning.Options<P, M, Pol> {
  readonly description?: string
  /** A label that lists and selections group assets by. Default `default`. */
  readonly group?: string
  readonly kind?: string
  readonly owners?: ReadonlyArray<string>
  readonly tags?: Readonly<Record<string, string>>
  readonly upstreams?: Up
  /** Default: ephemeral. */
  readonly storage?: Storage.Storage<NoInfer<A>, NoInfer<R> | RS, Rel>
  /** Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy
  /** The longest duration of one attempt. Default: no limit. */
  readonly timeout?: Duration.DurationInput
  /** The longest duration of all attempts and the waits between them. Default: no limit. */
  readonly deadline?: Duration.DurationInput
  readonly pool?: string
  /** Blocking checks run on staged rows, before they are published. The others run afterwards. */
  readonly checks?: ReadonlyArray<AssetCheck.AssetCheck<NoInfer<R> | RC>>
  /** Makes the value. If the asset is cut, it makes the value of the given partitions. */
  readonly materialize: (inputs: Inputs<Up, P, M, Pol>, slice: Cut.SliceOf<P, Pol>) => Effect.Effect<A, E, R>
  /**
   * Returns the version of the data that an asset reads besides its upstreams: the hash of a file, an ETag, the newest
   * time in a table. `--changed` skips the asset while the version stays the same. A stored asset without upstreams and without
   * `observe` is always materialized. The version is recorded as a hash.
   *
   * ```ts
   * const rates = Asset.make("rates", {
   *   storage: storedAs(Rates),
   *   observe: Observe.file("rates.csv"),
   *   materialize: () => publishRates
   * })
   * ```
   */
  readonly observe?: Effect.Effect<string, Failure, RO>
  /**
   * The code version, set by hand. When it changes, the asset is stale. Default: a hash of the modules that its definition
   * reaches. Set it if the code is elsewhere, for example SQL that is read from a file.
   */
  readonly codeVersion?: string
  /** For helpers that define assets: the function whose caller counts as the place of definition. */
  readonly definedBy?: (...args: ReadonlyArray<never>) => unknown
}

/**
 * Defines an asset.
 *
 * ```ts
 * const greeting = Asset.make("greeting", { materialize: () => Effect.succeed("hello") })
 * const letters = Asset.make("letters", {
 *   upstreams: { greeting },
 *   materialize: ({ greeting }) => Effect.succeed(greeting.length)
 * })
 * ```
 */
export const make = <
  const Name extends string,
  A,
  E extends Failure = never,
  R = never,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no upstreams"; a Record would have every key.
  Up extends Upstreams = {},
  Rel = never,
  // The compiler does not unite the services of several options, and would report `materialize`. Each has its own type parameter.
  RO = never,
  RC = never,
  RS = never,
  P = undefined,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
  M = {},
  const Pol = "each"
>(
  name: Cut.Subject<Name, P, M, Pol>,
  options: Options<Up, A, E, R, Rel, RO, RC, RS, P, M, Pol> & Cut.Checked<Up, P, M>
): Asset<
  Name,
  A,
  E,
  Exclude<R | NoInfer<RO | RC | RS>, StepContext | Scope.Scope>,
  NoInfer<Up>,
  NoInfer<Rel>,
  NoInfer<Partitioning.CutBy<P>>,
  NoInfer<M>,
  NoInfer<Pol>
> => {
  // Without `NoInfer`, a list of assets would choose the types of the assets that are defined in it.
  const {
    concurrency,
    definedBy = make,
    dependsOnPast = false,
    lookback = 0,
    mappings,
    partitions,
    policy,
    ...others
  } = options
  const { storage = Storage.ephemeral, upstreams, ...rest } = others
  return unsafeCast({
    [TypeId]: TypeId,
    name,
    description: undefined,
    group: "default",
    kind: storage._tag === "Stored" ? storage.kind : "ephemeral",
    owners: [],
    tags: {},
    retry: RetryPolicy.standard,
    timeout: undefined,
    deadline: undefined,
    pool: undefined,
    checks: [],
    observe: undefined,
    codeVersion: undefined,
    ...rest,
    partitions,
    partitioning:
      partitions === undefined
        ? undefined
        : { partitions, mappings: mappings ?? {}, policy: policy ?? "each", concurrency, dependsOnPast, lookback },
    upstreams: upstreams ?? {},
    storage,
    definedAt: Location.capture(definedBy),
    callSites: CallSites.capture(make)
  })
}

/**
 * Provides services to one asset. Each attempt at its step builds the layer. After a success, the services live as long as the
 * value. A failure or an interruption closes them at once. If the layer fails, the step fails, and is retried if the error is
 * retryable. Loading, observing or checking the asset builds the layer for that one call.
 *
 * ```ts
 * const rates = Asset.provide(
 *   Asset.make("rates", { materialize: () => Effect.flatMap(Bank, ({ rates }) => rates) }),
 *   Bank.layer
 * )
 * ```
 */
export const provide = <
  Name extends string,
  A,
  E extends Failure,
  R,
  Up extends Upstreams,
  Rel,
  P,
  M,
  Pol,
  Out,
  EL extends Failure,
  RIn
>(
  asset: Asset<Name, A, E, R, Up, Rel, P, M, Pol>,
  layer: Layer.Layer<Out, EL, RIn>
): Asset<Name, A, E | EL, RIn | Exclude<R, Out>, Up, Rel, P, M, Pol> =>
  unsafeCast(
    wrap(asset, {
      // The layer belongs to the scope of the attempt, because a value may be read after `materialize` has ended.
      materialize: (effect) =>
        unsafeCast(Effect.flatMap(Layer.build(layer), (services) => Effect.provide(effect, services))),
      others: (effect) => unsafeCast(Effect.provide(effect, layer))
    })
  )

/** Wraps an effect: provides services, or adds work before and after it. */
type Run = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Returns a copy of an asset whose effects are wrapped. `others` wraps the effects that load, observe and check it. */
export const wrap = <T extends Any>(
  asset: T,
  { materialize, others }: { readonly materialize: Run; readonly others: Run }
): T => {
  const { checks, observe, storage } = asset
  const stored = storage._tag === "Stored" ? storage : undefined
  const { exists, loadSlice, lost, madeBy } = { ...stored }
  return unsafeCast({
    ...asset,
    materialize: (inputs: never, slice?: Slice) => materialize(asset.materialize(inputs, slice)),
    observe: observe === undefined ? undefined : others(observe),
    checks: checks.map((check) => ({
      ...check,
      evaluate: (subject: AssetCheck.Subject) => others(check.evaluate(subject))
    })),
    storage:
      storage._tag === "Stored"
        ? {
            ...storage,
            load: others(storage.load),
            loadSlice: loadSlice && ((slice: Slice) => others(loadSlice(slice))),
            madeBy: madeBy && ((runId: string) => others(madeBy(runId))),
            lost: lost && ((slice: Slice) => others(lost(slice))),
            exists: exists && others(exists)
          }
        : storage
  })
}
