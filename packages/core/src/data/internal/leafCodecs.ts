import { unsafeCast } from "../../internal/unsafeCast.ts"
import { type Cursor, type Sink, wrapping } from "../Packed.ts"
import { Pii } from "../Pii.ts"

/** Writes and reads values of one type. */
export interface Compiled {
  readonly write: (value: unknown, sink: Sink) => void
  /** Called for each block, so that equal personal values of a block are one object. */
  readonly reading: () => Read
  /** For a value that is always one text: reads it, or null if null was written. Null can then stand for absence. */
  readonly readingOrNull?: () => Read
  /** Whether a value has this type, as opposed to the other members of a union. */
  readonly is: (value: unknown) => boolean
  /** Members of a union that have the same shape cannot be distinguished, except structs by their literals. */
  readonly shape: string
  /** The fields of a struct that are literals. */
  readonly literals?: ReadonlyMap<string, unknown>
}

export type Read = (cursor: Cursor) => unknown

/** A type whose values are one text each. */
const oneText = (
  shape: string,
  print: (value: never) => string,
  parse: (text: string) => unknown,
  is: Compiled["is"] = (value) => typeof value === shape
): Compiled => ({
  write: (value, sink) => sink.put(print(unsafeCast<never>(value))),
  reading: () => (cursor) => parse(cursor.text()),
  readingOrNull: () => (cursor) => {
    const text = cursor.orNull()
    return text === null ? null : parse(text)
  },
  is,
  shape
})

export const string: Compiled = {
  write: (value, sink) => sink.put(unsafeCast<string>(value)),
  reading: () => (cursor) => cursor.text(),
  readingOrNull: () => (cursor) => cursor.orNull(),
  is: (value) => typeof value === "string",
  shape: "string"
}
export const number = oneText("number", (value: number) => (Object.is(value, -0) ? "-0" : String(value)), Number)
export const boolean = oneText(
  "boolean",
  (value: boolean) => (value ? "1" : "0"),
  (text) => text === "1"
)
export const bigint = oneText("bigint", (value: bigint) => String(value), BigInt)
export const date = oneText(
  "date",
  (value: Date) => String(value.getTime()),
  (text) => new Date(Number(text)),
  (value) => value instanceof Date
)

/** A value that needs no text. */
export const constant = (only: unknown): Compiled => ({
  write: () => {},
  reading: () => () => only,
  is: (value) => value === only,
  shape: `${typeof only} ${only}`
})

export const nothing = constant(null)
export const missing = constant(undefined)

export const personal = (kind: string): Compiled => {
  const reading = () => {
    const wrap = wrapping(kind)
    return (cursor: Cursor) => cursor.pii(wrap)
  }
  return {
    write: (value, sink) => sink.pii(unsafeCast<Pii<string>>(value)),
    reading,
    readingOrNull: reading,
    is: (value) => value instanceof Pii && value.kind === kind,
    shape: `Pii ${kind}`
  }
}
