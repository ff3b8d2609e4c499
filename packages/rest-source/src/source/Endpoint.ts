import type { Decoder } from "@sluice/core/source/Decoder"
import type { Packing } from "../ingest/PackedRows.ts"
import type { Envelope } from "../PagingStyle.ts"

/** A list of the API, and how its rows are decoded. */
export interface Endpoint<A> extends Packing<A> {
  /** Its path below the API's address, and the name of its rows. */
  readonly name: string
  readonly decoder: Decoder<A>
  /** The name of the id's field in sent rows, by which pages are compared. Default `id`. */
  readonly idField?: string
  /** Whether reading threads know the list, by its name. */
  readonly inThreads?: boolean
  /** The place of the rows within an object, unless the answer is a list. */
  readonly envelope?: Envelope | undefined
}
