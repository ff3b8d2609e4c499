import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Dataset from "../data/Dataset.ts"
import type { SpillFailed } from "../data/Spill.ts"
import type { StoreFailed } from "./StoreFailed.ts"

/** A source row that could not be decoded: its position and the reason, never a value. */
export interface QuarantinedRow {
  /** The row's position in an API's list, from 0; or the line of a file on which the row ends, from 1. */
  readonly ordinal: number
  /** The row's id, if it has a well-formed one. */
  readonly id: string | null
  /** The path of the field: `profile.income`. Empty if the row itself is wrong. */
  readonly field: string
  /** The reason: `is not a decimal`. */
  readonly reason: string
}

/** What kind of reading the rows are from. */
export interface ReadingOptions {
  /** Whether the reading failed. Default: false. */
  readonly failed?: boolean
  /** Whether only some partitions of the source were read. Default: false. */
  readonly slice?: boolean
}

/** Records quarantined rows, for people who run the pipeline. Analysts cannot read them. */
export class Quarantine extends Context.Tag("@sluice/core/source/Quarantine")<
  Quarantine,
  {
    /**
     * Replaces the quarantined rows of a source by those of its latest reading, in one step. A failed reading keeps the rows of
     * the last good one. Its own rows are added under its run id, until the next reading. The reading of a slice adds to what its
     * run has kept of the source, and replaces what other runs have kept.
     */
    readonly replace: (
      source: string,
      runId: string,
      rows: Dataset.Dataset<QuarantinedRow>,
      options?: ReadingOptions
    ) => Effect.Effect<void, StoreFailed | SpillFailed>
    /** Returns the quarantined rows of a source, by ordinal; with `runId`, those of that run. */
    readonly list: (source: string, runId?: string) => Effect.Effect<ReadonlyArray<QuarantinedRow>, StoreFailed>
  }
>() {
  declare readonly "~given": true
}
