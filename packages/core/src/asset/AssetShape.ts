import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Slice } from "../partition/Slice.ts"
import type * as AssetCheck from "./AssetCheck.ts"
import type { CallSite } from "./CallSite.ts"
import type { Failure } from "./Failure.ts"
import type { Partitioning } from "./Partitioning.ts"
import type * as RetryPolicy from "./RetryPolicy.ts"
import type { StepContext } from "./StepContext.ts"
import type * as Storage from "./Storage.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Asset")
export type TypeId = typeof TypeId

/**
 * An asset: a name, its upstreams as values, and an Effect that makes its value from theirs. An asset runs nothing. A graph
 * plans it and an executor runs it.
 *
 * `A` is the value, `E` the errors, `R` the needed services, `Up` the upstreams by the names that the asset gives them,
 * `Rel` the table, view or mask that the asset publishes, `P` the set of partitions that it is cut by, `M` the mappings
 * of its upstreams, and `Pol` the policy. If it is cut, `A` is the value of what one call makes.
 */
export interface Asset<
  out Name extends string,
  out A,
  out E extends Failure,
  out R,
  out Up extends Upstreams,
  out Rel = unknown,
  out P = unknown,
  out M = unknown,
  out Pol = unknown
> extends Description {
  readonly [TypeId]: TypeId
  readonly name: Name
  readonly upstreams: Up
  readonly storage: Storage.Storage<A, R, Rel>
  readonly checks: ReadonlyArray<AssetCheck.AssetCheck<R>>
  /** Returns the version of the data that the asset reads besides its upstreams. Undefined if the asset is not observed. */
  readonly observe: Effect.Effect<string, Failure, R> | undefined
  /** The set that the asset is cut by. Undefined if it is not cut. */
  readonly partitions: P
  /** How its partitions are made. Undefined if the asset is not cut. */
  readonly partitioning: Partitioning | undefined
  /** Makes the value from `Inputs`, or the value of the given partitions. Only the engine calls it. */
  materialize(inputs: never, slice?: Slice): Effect.Effect<A, E, R | StepContext | Scope.Scope>
  /** Never set. Carries the types of the mappings and the policy. */
  readonly "~cut"?: readonly [M, Pol]
}

/** The description of an asset, for people and schedulers. */
export interface Description {
  readonly description: string | undefined
  readonly group: string
  /** How the asset is made or stored, as a label: `http`, `table`, `view`. */
  readonly kind: string
  readonly owners: ReadonlyArray<string>
  readonly tags: Readonly<Record<string, string>>
  readonly retry: RetryPolicy.RetryPolicy
  /** The longest duration of one attempt. */
  readonly timeout: Duration.DurationInput | undefined
  /** The longest duration of all attempts and the waits between them, from the start of the first attempt. */
  readonly deadline: Duration.DurationInput | undefined
  /** The pool whose limit the asset counts towards while it runs. It takes a slot of the run as well. */
  readonly pool: string | undefined
  /** Returns where the asset was defined, as `file:line:column`. Only messages use it. */
  readonly definedAt: () => string
  /** Returns the calls that defined the asset, the nearest first. The code version begins with their files. */
  readonly callSites: () => ReadonlyArray<CallSite>
  /** The code version that the author gave by hand, if any. */
  readonly codeVersion: string | undefined
}

/** Upstream assets by the names that an asset gives them. */
export type Upstreams = Readonly<Record<string, Any>>

/** Any asset. */
export interface Any extends Description {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly upstreams: Upstreams
  readonly storage: Storage.Storage<unknown, unknown>
  readonly checks: ReadonlyArray<AssetCheck.Any>
  readonly observe: Effect.Effect<string, Failure, unknown> | undefined
  readonly partitions: unknown
  readonly partitioning: Partitioning | undefined
  materialize(inputs: never, slice?: Slice): Effect.Effect<unknown, Failure, unknown>
}

/** The value that an asset makes. */
export type Value<T> = T extends Asset<string, infer A, Failure, unknown, Upstreams> ? A : never
/** The services that an asset needs, besides those that every step gets. */
export type Context<T> = T extends Asset<string, unknown, Failure, infer R, Upstreams> ? R : never
/** The errors of an asset. */
export type Error<T> = T extends Asset<string, unknown, infer E, unknown, Upstreams> ? E : never
/** The table, view or mask that an asset publishes; `never` if it publishes none. */
export type Relation<T> = T extends Asset<string, unknown, Failure, unknown, Upstreams, infer Rel> ? Rel : never
/** The names of an asset's upstreams. */
export type UpstreamName<T> = T extends {
  readonly upstreams: infer Up extends Upstreams
}
  ? Up[keyof Up]["name"]
  : never
