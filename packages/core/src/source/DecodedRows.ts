import { type Decoder, isRejection } from "./Decoder.ts"
import type { QuarantinedRow } from "./Quarantine.ts"
import * as UnknownFields from "./UnknownFields.ts"

/** Decoded rows of a source: every row is in `rows` or in `rejected`. */
export interface DecodedRows<out A> {
  readonly rows: ReadonlyArray<A>
  readonly rejected: ReadonlyArray<QuarantinedRow>
  /** The number of occurrences of each unknown field, by its path. Text that does not look like a name counts as `(other)`. */
  readonly unknownFields: ReadonlyMap<string, number>
}

/** Decodes rows. `firstOrdinal` is the position of the first one in the whole source. */
export const decode = <A>(decoder: Decoder<A>, input: ReadonlyArray<unknown>, firstOrdinal: number): DecodedRows<A> => {
  const page = decoding(decoder, firstOrdinal)
  const rows = page.add(input)
  return { rows, rejected: page.rejected, unknownFields: page.unknownFields }
}

/** Decodes rows in batches. */
export interface Decoding<A> extends Omit<DecodedRows<A>, "rows"> {
  /** Decodes the next rows, and returns the good ones. */
  readonly add: (input: ReadonlyArray<unknown>) => ReadonlyArray<A>
}

export const decoding = <A>(decoder: Decoder<A>, firstOrdinal: number): Decoding<A> => {
  const rejected: Array<QuarantinedRow> = []
  const unknown = UnknownFields.counter(decoder.known)
  let ordinal = firstOrdinal
  return {
    rejected,
    unknownFields: unknown.counts,
    add: (input) => {
      const rows: Array<A> = []
      for (const row of input) {
        const decoded = decoder.decode(row)
        if (!isRejection(decoded)) rows.push(decoded)
        else rejected.push({ ordinal, id: decoder.idOf(row), field: decoded.field, reason: decoded.reason })
        ordinal++
        unknown.see(row)
      }
      return rows
    }
  }
}
