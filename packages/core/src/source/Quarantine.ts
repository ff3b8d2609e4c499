import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Dataset from "../data/Dataset.ts"
import type { SpillFailed } from "../data/Spill.ts"
import type { StoreFailed } from "./StoreFailed.ts"

/** A source row that could not be decoded: where it was and what is wrong, never a value of it. */
export interface QuarantinedRow {
  /** Its place in an API's list, from 0; or the line of a file that it ends on, from 1. */
  readonly ordinal: number
  /** The row's id, where it has a well-formed one. */
  readonly id: string | null
  /** The path of the field: `profile.income`. Empty for the row itself. */
  readonly field: string
  /** What is wrong with it: `is not a decimal`. */
  readonly reason: string
}

/** Keeps a record of the rows that were left out, for people who run the pipeline; analysts cannot read it. */
export class Quarantine extends Context.Tag("./Quarantine.ts")<
  Quarantine,
  {
    /**
     * Replaces what is kept of a source by the rows that its latest reading left out, in one step. A reading that failed leaves
     * what the last good one left out in place; its own rows are kept beside it, told apart by the run, until the next reading.
     */
    readonly replace: (
      source: string,
      runId: string,
      rows: Dataset.Dataset<QuarantinedRow>,
      options?: { readonly failed: boolean }
    ) => Effect.Effect<void, StoreFailed | SpillFailed>
    /** What is kept of a source, by ordinal; with a run, what that run left out. */
    readonly list: (source: string, runId?: string) => Effect.Effect<ReadonlyArray<QuarantinedRow>, StoreFailed>
  }
>() {
  declare readonly "~given": true
}
