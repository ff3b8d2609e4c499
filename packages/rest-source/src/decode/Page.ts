import type { QuarantinedRow } from "@sluice/core/source/Quarantine"
import { type Decoder, isRejection } from "./Decoder.ts"
import * as UnknownFields from "./UnknownFields.ts"

/** One page of a source's answer, decoded: every row is in `rows` or in `rejected`. */
export interface Page<out A> {
  readonly rows: ReadonlyArray<A>
  readonly rejected: ReadonlyArray<QuarantinedRow>
  /** How often each field occurred that is not known, by its path; names that do not look like names are `(other)`. */
  readonly unknownFields: ReadonlyMap<string, number>
}

/** Decodes the rows of one page. `firstOrdinal` is the place of the first of them in the whole answer. */
export const decode = <A>(decoder: Decoder<A>, input: ReadonlyArray<unknown>, firstOrdinal: number): Page<A> => {
  const page = growing(decoder, firstOrdinal)
  const rows = page.add(input)
  return { rows, rejected: page.rejected, unknownFields: page.unknownFields }
}

/** A page whose rows come some at a time. */
export interface Growing<A> extends Omit<Page<A>, "rows"> {
  /** Decodes the next rows, and answers those that are good. */
  readonly add: (input: ReadonlyArray<unknown>) => ReadonlyArray<A>
}

export const growing = <A>(decoder: Decoder<A>, firstOrdinal: number): Growing<A> => {
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
