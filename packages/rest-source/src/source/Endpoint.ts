import type { Decoder } from "@sluice/core/source/Decoder"
import type { Packing } from "../ingest/PackedRows.ts"
import type { Envelope } from "../PagingStyle.ts"

/** A list of the API, and what is made of its rows. */
export interface Endpoint<A> extends Packing<A> {
  /** Where it is below the API's address, and what its rows are called. */
  readonly name: string
  readonly decoder: Decoder<A>
  /** The name of the field, as rows are sent, by which pages are compared. Default `id`. */
  readonly idField?: string
  /** Whether reading threads know the list, by its name. */
  readonly inThreads?: boolean
  /** Where the rows of an answer are, unless it is a list of them. */
  readonly envelope?: Envelope | undefined
}
