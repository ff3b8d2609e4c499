import type * as DecodedRows from "@sluice/core/source/DecodedRows"
import type * as Stream from "effect/Stream"
import type { PackedRows } from "../ingest/PackedRows.ts"
import type * as ConditionalFetch from "./ConditionalFetch.ts"
import type * as Manifest from "./Manifest.ts"
import type { SourceError } from "./SourceError.ts"

/** A page of decoded rows. The page that ends an answer also describes that answer. */
export interface ApiPage<out A> extends DecodedRows.DecodedRows<A> {
  readonly answer?: Manifest.Entry | undefined
  /** The server's latest total of all pages' rows. */
  readonly total?: number | undefined
  /** The packed rows, if they are packed already. Then reading `rows` unpacks them; avoid that. */
  readonly packed?: PackedRows | undefined
}

/** A page of a second reading: its description, and its rows if it may have changed. */
export interface RefetchedPage<out A> {
  readonly answer: Manifest.Entry
  readonly changed: ApiPage<A> | undefined
}

export type Refetched<A> = Stream.Stream<RefetchedPage<A>, SourceError | ConditionalFetch.NotComparable>
