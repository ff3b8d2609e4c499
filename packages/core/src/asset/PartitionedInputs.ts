import { unsafeCast } from "../internal/unsafeCast.ts"
import type * as Mapping from "../partition/Mapping.ts"
import type * as Partitions from "../partition/Partitions.ts"
import type * as Slice from "../partition/Slice.ts"
import type * as Asset from "./AssetShape.ts"
import type { SingleRun } from "./Partitioning.ts"

/** The set that an asset is cut by; `undefined` if it is not cut. */
export type SetOf<T> = T extends { readonly partitions: infer P } ? P : undefined

/**
 * The name or table of an asset. The union makes the compiler infer `P`, `M` and `Pol` where the options leave them out. Otherwise
 * it would not know the inputs of an `Effect.fn`.
 */
export type Subject<T, P, M, Pol> = T & (T | P | M | Pol)

/** The name or table itself. */
export const subject = <T, P, M, Pol>(given: Subject<T, P, M, Pol>): T => unsafeCast(given)

/** The mappings that the option `mappings` gives; none if it is left out. */
// biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
type MappingsIn<M> = M extends Readonly<Record<string, Mapping.Any>> ? M : {}

/** The mappings that an asset may give. */
export type MappingsOf<Up, P> = {
  readonly [K in keyof Up]?: [SetOf<Up[K]>] extends [Partitions.Any]
    ? Mapping.Mapping<SetOf<Up[K]>, P, "one" | "many">
    : never
}

/** Upstreams of another set without a mapping. */
type Unmapped<Up, P, M> = {
  [K in keyof Up & string]: [P] extends [Partitions.Any]
    ? [SetOf<Up[K]>] extends [Partitions.Any]
      ? K extends keyof MappingsIn<M>
        ? never
        : P["name"] extends SetOf<Up[K]>["name"]
          ? never
          : K
      : never
    : never
}[keyof Up & string]

/**
 * Refuses an upstream of another set without a mapping, and a mapping between other sets. The error names the upstream. Intersect it
 * with the options: inside of them, it would keep the compiler from inferring `P` and `M`.
 */
export interface Checked<Up, P, M> {
  readonly partitions?: Mapped<Up, P, M>
  readonly mappings?: MappingsOf<Up, P>
}

type Mapped<Up, P, M> = [Unmapped<Up, P, M>] extends [never]
  ? unknown
  : `the upstream ${Unmapped<Up, P, M>} is cut by another set: give it a mapping in mappings`

/** The values of the upstreams, as the asset is given them. */
export type Inputs<Up, P, M, Pol> = {
  readonly [K in keyof Up]: {
    readonly whole: Asset.Value<Up[K]>
    readonly byKey: ReadonlyMap<Partitions.Key<SetOf<Up[K]>>, Asset.Value<Up[K]>>
  }[Given<Up[K], P, K extends keyof MappingsIn<M> ? MappingsIn<M>[K] : undefined, Pol>]
}

/**
 * How an upstream is given: as one value, or as a map by key if the mapping can name several partitions. A table, view or mask is one
 * value, however it is cut.
 */
type Given<T, P, M, Pol> = [SetOf<T>] extends [Partitions.Any]
  ? [Asset.Relation<T>] extends [never]
    ? [P] extends [Partitions.Any]
      ? M extends { readonly arity: infer Arity }
        ? [Arity] extends ["one"]
          ? IsRange<Pol> extends true
            ? "byKey"
            : "whole"
          : "byKey"
        : "whole"
      : "byKey"
    : "whole"
  : "whole"

/** The second argument of `materialize`: the partitions that it makes. Undefined if the asset is not cut. */
export type SliceOf<P, Pol> =
  P extends Partitions.Partitions<infer Name> ? (IsRange<Pol> extends true ? Slice.Slice<Name> : Slice.One<Name>) : undefined

/** Whether a policy makes ranges. Where the option is left out, the compiler may infer anything else, or nothing. */
type IsRange<Pol> = [Pol] extends [never] ? false : [Pol] extends [SingleRun] ? true : false

/** Types a step's slice as the argument of the asset's functions. */
export const sliceOf = <P, Pol>(slice: Slice.Slice | undefined): SliceOf<P, Pol> => unsafeCast(slice)

/** Whether an upstream is given to its reader as a map by key. */
export const isByKey = (reader: Asset.Any, name: string, upstream: Asset.Any): boolean => {
  if (upstream.partitioning === undefined) return false
  if (upstream.storage._tag === "Stored" && upstream.storage.relation !== undefined) return false
  if (reader.partitioning === undefined) return true
  const mapping = reader.partitioning.mappings[name]
  return mapping !== undefined && (mapping.arity === "many" || reader.partitioning.policy !== "each")
}
