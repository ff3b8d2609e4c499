import type { QuarantinedRow } from "@sluice/warehouse/Quarantine"
import { type Decoder, isObject, isRejection } from "./Decoder.ts"
import * as Reader from "./Reader.ts"
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
  const rows: Array<A> = []
  const rejected: Array<QuarantinedRow> = []
  const unknown = UnknownFields.counter(decoder.known)
  for (let i = 0; i < input.length; i++) {
    const row = input[i]
    const decoded = decoder.decode(row)
    if (!isRejection(decoded)) rows.push(decoded)
    else rejected.push({ ordinal: firstOrdinal + i, id: idOf(row), field: decoded.field, reason: decoded.reason })
    unknown.see(row)
  }
  return { rows, rejected, unknownFields: unknown.counts }
}

const idOf = (row: unknown): string | null => {
  const id = isObject<"id">(row) && Object.hasOwn(row, "id") ? Reader.id(row.id) : null
  return typeof id === "string" ? id : null
}
