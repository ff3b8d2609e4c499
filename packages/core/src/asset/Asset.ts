import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as CallSites from "../internal/callSites.ts"
import * as Location from "../internal/location.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type * as AssetCheck from "./AssetCheck.ts"
import type { CallSite } from "./CallSite.ts"
import type { Failure } from "./Failure.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import type { StepContext } from "./StepContext.ts"
import * as Storage from "./Storage.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Asset")
export type TypeId = typeof TypeId

/**
 * A value worth keeping, by name: the upstreams it is made from, as values, and an Effect from their values to its own.
 * An asset never runs anything; a graph plans it and an executor runs it.
 *
 * `A` is the value, `E` what it may fail with, `R` the services it needs, `Up` its upstreams by the name it calls them,
 * `Rel` the table, view or mask that it publishes.
 */
export interface Asset<
  out Name extends string,
  out A,
  out E extends Failure,
  out R,
  out Up extends Upstreams,
  out Rel = unknown
> extends Description {
  readonly [TypeId]: TypeId
  readonly name: Name
  readonly upstreams: Up
  readonly storage: Storage.Storage<A, R, Rel>
  readonly checks: ReadonlyArray<AssetCheck.AssetCheck<R>>
  /** Answers the version of what it reads besides its upstreams; undefined if nothing tells. */
  readonly observe: Effect.Effect<string, Failure, R> | undefined
  /** Makes the value. A method, so that an asset stays usable where only its own value's type is known. */
  materialize(inputs: Inputs<Up>): Effect.Effect<A, E, R | StepContext | Scope.Scope>
}

/** What people and schedulers read of an asset, besides its value. */
export interface Description {
  readonly description: string | undefined
  readonly group: string
  /** What it is made with or kept in, as a label: `http`, `table`, `view`. */
  readonly kind: string
  readonly owners: ReadonlyArray<string>
  readonly tags: Readonly<Record<string, string>>
  readonly retry: RetryPolicy.RetryPolicy
  /** The longest that one attempt may take. */
  readonly timeout: Duration.DurationInput | undefined
  /** The longest that it may take with all of its attempts and the waits between them, from the start of the first one. */
  readonly deadline: Duration.DurationInput | undefined
  /** The pool it takes a place in while it runs, beside a slot of the run. */
  readonly pool: string | undefined
  /** Where it was defined, as `file:line:column`; read only for messages. */
  readonly definedAt: () => string
  /** The calls that defined it, the nearest first: the files that its code version begins with. */
  readonly callSites: () => ReadonlyArray<CallSite>
  /** The version of its code, if its author gave one by hand. */
  readonly codeVersion: string | undefined
}

/** Upstream assets, by the name that the asset calls each of them. */
export type Upstreams = Readonly<Record<string, Any>>

/** Any asset. */
export interface Any extends Description {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly upstreams: Upstreams
  readonly storage: Storage.Storage<unknown, unknown>
  readonly checks: ReadonlyArray<AssetCheck.Any>
  readonly observe: Effect.Effect<string, Failure, unknown> | undefined
  materialize(inputs: never): Effect.Effect<unknown, Failure, unknown>
}

/** The value that an asset makes. */
export type Value<T> = T extends Asset<string, infer A, Failure, unknown, Upstreams> ? A : never
/** The services that an asset needs, beside those that every step is given. */
export type Context<T> = T extends Asset<string, unknown, Failure, infer R, Upstreams> ? R : never
/** What an asset may fail with. */
export type Error<T> = T extends Asset<string, unknown, infer E, unknown, Upstreams> ? E : never
/** The table, view or mask that an asset publishes; `never` if it publishes none. */
export type Relation<T> = T extends Asset<string, unknown, Failure, unknown, Upstreams, infer Rel> ? Rel : never
/** The names of an asset's upstreams. */
export type UpstreamName<T> = T extends {
  readonly upstreams: infer Up extends Upstreams
}
  ? Up[keyof Up]["name"]
  : never
/** The values that an asset is given, by the name it calls each upstream. */
export type Inputs<Up> = { readonly [K in keyof Up]: Value<Up[K]> }

/** What a definition may say. `RO` are the services that `observe` needs. */
export interface Options<Up extends Upstreams, A, E extends Failure, R, Rel, RO> {
  readonly description?: string
  /** A label that assets are listed and selected by. Default `default`. */
  readonly group?: string
  readonly kind?: string
  readonly owners?: ReadonlyArray<string>
  readonly tags?: Readonly<Record<string, string>>
  readonly upstreams?: Up
  /** Default: ephemeral. */
  readonly storage?: Storage.Storage<NoInfer<A>, R, Rel>
  /** Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy
  /** The longest that one attempt may take. Default: no limit. */
  readonly timeout?: Duration.DurationInput
  /** The longest that all attempts and the waits between them may take together. Default: no limit. */
  readonly deadline?: Duration.DurationInput
  readonly pool?: string
  /** Blocking ones are evaluated on staged rows, before they are published; the others afterwards. */
  readonly checks?: ReadonlyArray<AssetCheck.AssetCheck<R>>
  readonly materialize: (inputs: Inputs<Up>) => Effect.Effect<A, E, R>
  /**
   * Answers the version of what a stored asset reads besides its upstreams: the hash of a file, an ETag, the newest time in a
   * table. `--changed` leaves the asset as it is while the answer stays the same. A stored asset without upstreams that has no
   * `observe` is always made again. The answer is recorded as a hash.
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
   * The version of its code, by hand: another text says that its data must be made again. Default: a hash of the modules that
   * its definition reaches. Give one if the code is not in these modules, such as SQL that is read from a file.
   */
  readonly codeVersion?: string
  /** For helpers that define assets: the function whose caller is the place of definition. */
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
  // Of its own: the compiler unites no services of `observe` with those of `storage`, and reports `materialize`.
  RO = never
>(
  name: Name,
  options: Options<Up, A, E, R, Rel, RO>
): Asset<Name, A, E, Exclude<R | NoInfer<RO>, StepContext | Scope.Scope>, Up, Rel> => {
  const { definedBy = make, storage = Storage.ephemeral, upstreams, ...rest } = options
  return unsafeCast<Asset<Name, A, E, Exclude<R | NoInfer<RO>, StepContext | Scope.Scope>, Up, Rel>>({
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
    upstreams: upstreams ?? {},
    storage,
    definedAt: Location.capture(definedBy),
    callSites: CallSites.capture(make)
  })
}

/**
 * Gives an asset services of its own. Each attempt at its step builds the layer. The services live as long as the attempt, and on
 * success as long as the value that it made; a failure or an interruption closes them at once. If the layer fails, the step
 * fails, and is retried if the error says so. What loads, observes or checks the asset builds the layer for that one call.
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
  Out,
  EL extends Failure,
  RIn
>(
  asset: Asset<Name, A, E, R, Up, Rel>,
  layer: Layer.Layer<Out, EL, RIn>
): Asset<Name, A, E | EL, RIn | Exclude<R, Out>, Up, Rel> =>
  unsafeCast(
    wrap(asset, {
      // Of the attempt's scope, not of `materialize`: a value may be read after that has ended.
      materialize: (effect) =>
        unsafeCast(Effect.flatMap(Layer.build(layer), (services) => Effect.provide(effect, services))),
      others: (effect) => unsafeCast(Effect.provide(effect, layer))
    })
  )

/** Runs an effect otherwise: with other services, or with something before and after it. */
type Run = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A copy of an asset whose effects run otherwise. `others` are those that load, observe and check it. */
export const wrap = <T extends Any>(
  asset: T,
  { materialize, others }: { readonly materialize: Run; readonly others: Run }
): T => {
  const { checks, observe, storage } = asset
  const { exists } = storage._tag === "Stored" ? storage : { exists: undefined }
  return unsafeCast({
    ...asset,
    materialize: (inputs: never) => materialize(asset.materialize(inputs)),
    observe: observe === undefined ? undefined : others(observe),
    checks: checks.map((check) => ({
      ...check,
      evaluate: (subject: AssetCheck.Subject) => others(check.evaluate(subject))
    })),
    storage:
      storage._tag === "Stored"
        ? { ...storage, load: others(storage.load), exists: exists === undefined ? undefined : others(exists) }
        : storage
  })
}
