import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StoreFailed } from "./StoreFailed.ts"

/**
 * One page of a source as it was last read: what it is known by, and nothing of it. Where a server makes its entity tags of
 * what a page says, that is as much as such a tag may tell.
 */
export const SourcePage = Schema.Struct({
  /** From 1. */
  page: Schema.Int,
  /** The store's fingerprint of the address that was asked. */
  address: Schema.String,
  etag: Schema.optionalWith(Schema.String, { exact: true }),
  /** Rows that the answer had, and rows that were kept of it. */
  answered: Schema.Int,
  kept: Schema.Int,
  /** The store's fingerprint of the rows that were kept. */
  fingerprint: Schema.String
})
export type SourcePage = typeof SourcePage.Type

/** A whole reading of a source. */
export interface SourceReading {
  /** The data version of the rows that it kept. */
  readonly version: string
  /** In order, without gaps. */
  readonly pages: ReadonlyArray<SourcePage>
}

/** The ids of the rows of one page, in the words of whoever wrote them. */
export type PageIds = Uint8Array

/** What is remembered of the rows of one page: their ids, and what tells whether a row is what it was. */
export interface PageRows {
  readonly ids: PageIds
  /** Sealed, since it follows from all that is kept of a row. */
  readonly contents: Uint8Array
}

/**
 * What a store remembers of how sources were last read, so that the next reading need not take up what has not changed.
 * Erasures empty it. Analysts cannot read it. A store provides it; without one nothing is remembered, and it is undefined.
 */
export class SourcePages extends Context.Reference<SourcePages>()("./SourcePages.ts", {
  defaultValue: (): SourcePages.Service | undefined => undefined
}) {}

export declare namespace SourcePages {
  export interface Service {
    /** The last reading of a source that was remembered, if it still is. */
    readonly load: (source: string) => Effect.Effect<SourceReading | undefined, StoreFailed>
    /** The ids of some pages of it, by page; those of a page that is not remembered are missing. */
    readonly ids: (source: string, pages: ReadonlyArray<number>) => Effect.Effect<ReadonlyMap<number, PageIds>, StoreFailed>
    /** The same of what tells whether their rows are what they were. */
    readonly contents: (
      source: string,
      pages: ReadonlyArray<number>
    ) => Effect.Effect<ReadonlyMap<number, Uint8Array>, StoreFailed>
    /**
     * Remembers a reading in the place of the last one, in one step. `rows` has those of each page, or of those that differ from
     * the reading `since`; where that is not the last one any more, nothing is remembered, since what lies between is unknown.
     * Fails if somebody was erased since the run began to read.
     */
    readonly replace: <E>(
      source: string,
      runId: string,
      reading: SourceReading,
      rows: ReadonlyMap<number, Effect.Effect<PageRows, E>>,
      since?: string
    ) => Effect.Effect<void, StoreFailed | E>
    /** Remembers nothing of a source any more. */
    readonly forget: (source: string) => Effect.Effect<void, StoreFailed>
  }
}
