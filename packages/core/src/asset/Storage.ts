import type * as Effect from "effect/Effect"
import type * as Mask from "../relation/Mask.ts"
import type * as Table from "../relation/Table.ts"
import type * as View from "../relation/View.ts"
import type { Failure } from "./Failure.ts"

/** Whether an asset's value outlives its run, and how it is had again without materializing the asset. */
export type Storage<A, R, Rel = unknown> = Ephemeral | Stored<A, R, Rel>

/** The value lives only as long as the run: whoever needs it in a later run has it recomputed. */
export interface Ephemeral {
  readonly _tag: "Ephemeral"
}

/** A table, view or mask table that an asset publishes. */
export type Relation = Table.Any | View.Any | Mask.Any

/** The value is stored: `load` has it again, in whatever state the last materialization left it. */
export interface Stored<out A, out R, out Rel = unknown> {
  readonly _tag: "Stored"
  /** What it is stored as, in one word: `table`, `view`, `file`. */
  readonly kind: string
  /** The columns, by name, that a person may select assets by. */
  readonly columns: ReadonlyArray<string>
  /** What it publishes in the warehouse; undefined if it is stored elsewhere. */
  readonly relation: Relation | undefined
  readonly load: Effect.Effect<A, Failure, R>
  /** Whether the value is still there: `--changed` makes it again if not. Undefined if it is not asked, and counts as there. */
  readonly exists: Effect.Effect<boolean, Failure, R> | undefined
  /** Whether somebody else stores the value: the asset only reads and observes it. */
  readonly isExternal: boolean
  /** Never set: carries the relation's type. */
  readonly "~relation"?: Rel
}

export const ephemeral: Ephemeral = { _tag: "Ephemeral" }

/** Whether an asset's value is stored by somebody else. */
export const isExternal = (storage: Storage<unknown, unknown>): boolean => storage._tag === "Stored" && storage.isExternal

export const stored = <A, R, Rel extends Relation = never>(options: {
  readonly kind: string
  readonly columns?: ReadonlyArray<string>
  readonly relation?: Rel
  readonly load: Effect.Effect<A, Failure, R>
  readonly exists?: Effect.Effect<boolean, Failure, R>
  /** Default false. */
  readonly isExternal?: boolean
}): Stored<A, R, Rel> => ({
  _tag: "Stored",
  columns: [],
  relation: undefined,
  exists: undefined,
  isExternal: false,
  ...options
})
