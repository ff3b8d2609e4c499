import type { Decoder } from "../decode/Decoder.ts"
import type { Packing } from "../intake/PackedRows.ts"

/** A list of the API, and what is made of its rows. */
export interface Endpoint<A> extends Packing<A> {
  /** Where it is below the API's address, and what its rows are called. */
  readonly name: string
  readonly decoder: Decoder<A>
}
