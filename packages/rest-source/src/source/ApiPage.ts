import type * as DecodedRows from "@sluice/core/source/DecodedRows"
import type * as Stream from "effect/Stream"
import type { PackedRows } from "../ingest/PackedRows.ts"
import type * as ConditionalFetch from "./ConditionalFetch.ts"
import type * as Manifest from "./Manifest.ts"
import type { SourceError } from "./SourceError.ts"

/** A page of decoded rows, and where an answer ended with it, what that answer is known by. */
export interface ApiPage<out A> extends DecodedRows.DecodedRows<A> {
  readonly answer?: Manifest.Entry | undefined
  /** The rows of all pages together, as far as the server has told until now. */
  readonly total?: number | undefined
  /** The rows as they are kept, where that is done already: then `rows` unpacks them, and is best left alone. */
  readonly packed?: PackedRows | undefined
}

/** A page that was looked at again: what it is known by, and its rows where it may have changed. */
export interface RefetchedPage<out A> {
  readonly answer: Manifest.Entry
  readonly changed: ApiPage<A> | undefined
}

export type Refetched<A> = Stream.Stream<RefetchedPage<A>, SourceError | ConditionalFetch.NotComparable>
