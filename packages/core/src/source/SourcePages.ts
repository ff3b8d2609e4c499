import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StoreFailed } from "./StoreFailed.ts"

/**
 * One page of a source as last read: fingerprints and counts, never its rows. The entity tag is stored as the server sent it.
 * If the server derives it from the page's content, it reveals as much as such a tag can.
 */
export const SourcePage = Schema.Struct({
  /** From 1. */
  page: Schema.Int,
  /** The store's fingerprint of the requested address. */
  address: Schema.String,
  etag: Schema.optionalWith(Schema.String, { exact: true }),
  /** The number of rows in the response, and of the rows that were loaded. */
  answered: Schema.Int,
  kept: Schema.Int,
  /** The store's fingerprint of the loaded rows. */
  fingerprint: Schema.String
})
export type SourcePage = typeof SourcePage.Type

/** A complete reading of a source. */
export interface SourceReading {
  /** The data version of the loaded rows. */
  readonly version: string
  /** In order, without gaps. */
  readonly pages: ReadonlyArray<SourcePage>
}

/** The ids of the rows of one page, in the encoding of the source that wrote them. */
export type PageIds = Uint8Array

/** The remembered ids of the rows of one page, and hashes that detect changed rows. */
export interface PageRows {
  readonly ids: PageIds
  /** Sealed, because the hashes are derived from all loaded fields of a row. */
  readonly contents: Uint8Array
}

/**
 * Remembers how sources were last read, so that the next reading skips unchanged rows. Erasures empty it. Analysts cannot read
 * it. The store provides this service. Undefined without a store.
 */
export class SourcePages extends Context.Reference<SourcePages>()("@sluice/core/source/SourcePages", {
  defaultValue: (): SourcePages.Service | undefined => undefined
}) {}

export declare namespace SourcePages {
  export interface Service {
    /** Returns the last remembered reading of a source. Undefined if there is none. */
    readonly load: (source: string) => Effect.Effect<SourceReading | undefined, StoreFailed>
    /** Returns the ids of some pages of the last reading, by page. Forgotten pages are missing. */
    readonly ids: (source: string, pages: ReadonlyArray<number>) => Effect.Effect<ReadonlyMap<number, PageIds>, StoreFailed>
    /**
     * Returns the hashes that detect changed rows, for some pages of the last reading, by page. Forgotten pages are missing.
     */
    readonly contents: (
      source: string,
      pages: ReadonlyArray<number>
    ) => Effect.Effect<ReadonlyMap<number, Uint8Array>, StoreFailed>
    /**
     * Replaces the remembered reading of a source, in one step. `rows` has the rows of every page, or of the pages that differ
     * from the reading `since`. If `since` is no longer the last reading, nothing is remembered, because the changes between
     * the two are unknown. Fails if a person was erased since the run began to read.
     */
    readonly replace: <E>(
      source: string,
      runId: string,
      reading: SourceReading,
      rows: ReadonlyMap<number, Effect.Effect<PageRows, E>>,
      since?: string
    ) => Effect.Effect<void, StoreFailed | E>
    /** Forgets the reading of a source. */
    readonly forget: (source: string) => Effect.Effect<void, StoreFailed>
  }
}
