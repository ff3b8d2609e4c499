import * as Effect from "effect/Effect"
import { fingerprint } from "../fingerprint.ts"
import * as Asset from "./Asset.ts"
import type { Failure } from "./Failure.ts"
import { StepContext } from "./StepContext.ts"
import * as Storage from "./Storage.ts"

/**
 * The options of an external asset. `RC` are the services of its checks. `EO` and `RO` are the errors and services of
 * `observe`.
 */
export interface Options<A, E extends Failure, R, Rel extends Storage.Relation, RC, EO extends Failure, RO>
  extends Pick<
    Asset.Options<Record<never, never>, A, never, never, Rel, never, RC>,
    "checks" | "deadline" | "description" | "group" | "owners" | "pool" | "retry" | "tags" | "timeout"
  > {
  readonly relation: Rel
  readonly columns?: ReadonlyArray<string>
  /** Reads the value. If it is missing, the error says which program or team should store it. */
  readonly load: Effect.Effect<A, E, R>
  /** Returns the version of the value, which is recorded as a hash. Undefined counts as a new version at every run. */
  readonly observe: Effect.Effect<string | undefined, EO, RO>
  /** For helpers that define assets: the function whose caller counts as the place of definition. */
  readonly definedBy?: (...args: ReadonlyArray<never>) => unknown
}

/**
 * Defines an asset that another program stores. A run loads and observes it, records its version and evaluates its checks. A
 * run never materializes it. Its downstream assets are stale when the version changes.
 */
export const external = <
  const Name extends string,
  A,
  Rel extends Storage.Relation,
  E extends Failure = never,
  R = never,
  RC = never,
  EO extends Failure = never,
  RO = never
>(
  name: Name,
  { columns = [], load, observe, relation, ...rest }: Options<A, E, R, Rel, RC, EO, RO>
) =>
  Asset.make<Name, A, E | EO, R | RC | RO | StepContext, Record<never, never>, Rel>(name, {
    definedBy: external,
    ...rest,
    kind: "external",
    storage: Storage.stored({ kind: "external", relation, columns, load, isExternal: true }),
    materialize: () =>
      Effect.zipLeft(
        load,
        Effect.flatMap(observe, (version) =>
          version === undefined ? Effect.void : StepContext.dataVersion(fingerprint(version))
        )
      )
  })
