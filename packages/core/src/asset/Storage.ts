import type * as Effect from "effect/Effect"
import type { Failure } from "./Failure.ts"

/** Whether an asset's value outlives its run, and how it is had again without materializing the asset. */
export type Storage<A, R> = Ephemeral | Stored<A, R>

/** The value lives only as long as the run: whoever needs it in a later run has it recomputed. */
export interface Ephemeral {
  readonly _tag: "Ephemeral"
}

/** The value is stored: `load` has it again, in whatever state the last materialization left it. */
export interface Stored<out A, out R> {
  readonly _tag: "Stored"
  /** What it is stored as, in one word: `table`, `view`, `file`. */
  readonly kind: string
  /** The columns, by name, that a person may select assets by. */
  readonly columns: ReadonlyArray<string>
  readonly load: Effect.Effect<A, Failure, R>
}

export const ephemeral: Ephemeral = { _tag: "Ephemeral" }

export const stored = <A, R>(options: {
  readonly kind: string
  readonly columns?: ReadonlyArray<string>
  readonly load: Effect.Effect<A, Failure, R>
}): Stored<A, R> => ({ _tag: "Stored", columns: [], ...options })
