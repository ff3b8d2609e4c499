import type { QuarantinedRow } from "@sluice/warehouse/Quarantine"
import * as Either from "effect/Either"
import type { KnownFields } from "../privacy/classification.ts"
import type { Decoder } from "./Decoder.ts"
import * as Reader from "./Reader.ts"

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
  const unknownFields = new Map<string, number>()
  input.forEach((row, i) => {
    const decoded = decoder.decode(row)
    if (Either.isRight(decoded)) rows.push(decoded.right)
    else rejected.push({ ordinal: firstOrdinal + i, id: idOf(row), ...decoded.left })
    countUnknown(row, decoder.known, "", unknownFields)
  })
  return { rows, rejected, unknownFields }
}

/** What does not look like a name of a field could be data: an object keyed by addresses, say. */
const other = "(other)"
const fieldName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** More different names than any API has: from here on they are data. */
const maxNames = 100

const idOf = (row: unknown): string | null => {
  const id = isObject(row) && Object.hasOwn(row, "id") ? Reader.id(row["id"]) : null
  return typeof id === "string" ? id : null
}

const countUnknown = (value: unknown, known: KnownFields, path: string, counts: Map<string, number>): void => {
  if (Array.isArray(value)) {
    for (const element of value) if (isObject(element)) countUnknown(element, known, path, counts)
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      if (known.has(name)) {
        const inner = known.get(name)
        if (inner !== undefined) countUnknown(value[name], inner, `${path}${name}.`, counts)
      } else {
        const named = fieldName.test(name) ? `${path}${name}` : other
        const key = counts.has(named) || counts.size < maxNames ? named : other
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
