import type * as Effect from "effect/Effect"
import type { Slice } from "../partition/Slice.ts"
import type * as Mask from "../relation/Mask.ts"
import type * as Table from "../relation/Table.ts"
import type * as View from "../relation/View.ts"
import type * as AssetCheck from "./AssetCheck.ts"
import type { Failure } from "./Failure.ts"

/** Whether an asset's value outlives its run, and how a later run loads it. */
export type Storage<A, R, Rel = unknown> = Ephemeral | Stored<A, R, Rel>

/** The value lives as long as the run. A later run that needs it recomputes it. */
export interface Ephemeral {
  readonly _tag: "Ephemeral"
}

/** A table, view or mask table that an asset publishes. */
export type Relation = Table.Any | View.Any | Mask.Any

/** The value is stored. `load` reads it as the last materialization left it. */
export interface Stored<out A, out R, out Rel = unknown> {
  readonly _tag: "Stored"
  /** The kind of storage, in one word: `table`, `view`, `file`. */
  readonly kind: string
  /** The names of the columns, for selections such as `column:email`. */
  readonly columns: ReadonlyArray<string>
  /** The relation in the warehouse. Undefined if the value is stored elsewhere. */
  readonly relation: Relation | undefined
  readonly load: Effect.Effect<A, Failure, R>
  /** Reads the value of some partitions. Undefined if the value is one for all of them, as a table is. */
  readonly loadSlice: ((slice: Slice) => Effect.Effect<A, Failure, R>) | undefined
  /**
   * Reads the keys of the partitions whose rows a run has written last. A storage that marks partitions together with their rows has
   * it. With it, a run whose process died loses no record of a partition.
   */
  readonly madeBy: ((runId: string) => Effect.Effect<ReadonlyArray<string>, Failure, R>) | undefined
  /**
   * Reads the keys of those partitions of a slice whose values are gone. A run then counts them as missing. Undefined if the storage
   * cannot tell.
   */
  readonly lost: ((slice: Slice) => Effect.Effect<ReadonlyArray<string>, Failure, R>) | undefined
  /** How checks read the stored rows of some partitions. Undefined if the storage cannot tell them apart. */
  readonly slices: StoredSlices<R> | undefined
  /**
   * Whether the value still exists. If not, `--changed` materializes the asset. Without this effect, the value counts as
   * existing.
   */
  readonly exists: Effect.Effect<boolean, Failure, R> | undefined
  /** Whether another program stores the value, so that the asset only loads and observes it. */
  readonly isExternal: boolean
  /** Never set. Carries the relation's type. */
  readonly "~relation"?: Rel
}

/** The stored rows of partitions, for checks. */
export interface StoredSlices<out R> {
  /** The recorded number of rows of each partition, by its key. A number that is not known has no entry. */
  readonly rows: Effect.Effect<ReadonlyMap<string, number>, Failure, R>
  /** Evaluates a check on the stored rows of some partitions. `rows` is their recorded number. */
  readonly evaluate: <RC>(
    check: Pick<AssetCheck.AssetCheck<RC>, "evaluate">,
    slice: Slice,
    rows: number | undefined
  ) => Effect.Effect<AssetCheck.Outcome, Failure, RC>
}

export const ephemeral: Ephemeral = { _tag: "Ephemeral" }

/** The columns by which an asset's table is cut; undefined if it has none. */
export const partitionByOf = (storage: Storage<unknown, unknown>): Table.PartitionBy =>
  storage._tag === "Stored" && storage.relation?._tag === "Table" ? storage.relation.partitionBy : undefined

/** Whether another program stores an asset's value. */
export const isExternal = (storage: Storage<unknown, unknown>): boolean => storage._tag === "Stored" && storage.isExternal

export const stored = <A, R, Rel extends Relation = never>(options: {
  readonly kind: string
  readonly columns?: ReadonlyArray<string>
  readonly relation?: Rel
  readonly load: Effect.Effect<A, Failure, R>
  readonly loadSlice?: (slice: Slice) => Effect.Effect<A, Failure, R>
  readonly madeBy?: (runId: string) => Effect.Effect<ReadonlyArray<string>, Failure, R>
  readonly lost?: (slice: Slice) => Effect.Effect<ReadonlyArray<string>, Failure, R>
  readonly slices?: StoredSlices<R>
  readonly exists?: Effect.Effect<boolean, Failure, R>
  /** Default false. */
  readonly isExternal?: boolean
}): Stored<A, R, Rel> => ({
  _tag: "Stored",
  columns: [],
  relation: undefined,
  loadSlice: undefined,
  madeBy: undefined,
  lost: undefined,
  slices: undefined,
  exists: undefined,
  isExternal: false,
  ...options
})
