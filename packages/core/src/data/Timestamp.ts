import * as DateTime from "effect/DateTime"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

/**
 * A UTC time with milliseconds as ISO 8601 text: `2024-03-01T09:30:00.000Z`. A literal of this form has the type; convert other
 * text with `fromText`.
 */
export type Timestamp = Kept<`${number}-${number}-${number}T${number}:${number}:${number}Z`, "Timestamp">

/** Converts an instant, with millisecond precision. */
export const fromDateTime = (instant: DateTime.DateTime): Timestamp => unsafeCast(DateTime.formatIso(instant))

/**
 * Converts an ISO 8601 time with a zone to UTC with milliseconds: `2024-03-01T10:30:00+01:00` becomes
 * `2024-03-01T09:30:00.000Z`. Finer fractions are cut off. Returns `undefined` for text without a zone, for a day that does not
 * exist, and for a year outside of SQL's DATETIME (before 1000, after 9999).
 */
export const fromText = (text: string): Timestamp | undefined => {
  if (isUsual(text)) return text
  const match = general.exec(text)
  if (match === null) return undefined
  const [, day = "", time = "", seconds = "00", fraction = "", zone = "Z"] = match
  const millis = fraction.padEnd(3, "0").slice(0, 3)
  const local = roundTrip(`${day}T${time}:${seconds}.${millis}Z`)
  const offset = zone === "Z" ? 0 : offsetMinutes(zone)
  if (local === undefined || offset === undefined) return undefined
  const utc = new Date(Date.parse(local) - offset * 60_000).toISOString()
  return utc >= earliest && utc.length === earliest.length ? unsafeCast<Timestamp>(utc) : undefined
}

const earliest = "1000-01-01T00:00:00.000Z"
/** The form of nearly every time, which needs no parsing: UTC with milliseconds, on any day but 29 February. */
const usual =
  /^[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
const isUsual = (text: string): text is Timestamp => usual.test(text)
const general = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)$/

/**
 * `Date.parse` carries 30 February over into March and 24:00 into the next day, so the text is compared with what comes back.
 */
const roundTrip = (text: string): string | undefined => {
  const millis = Date.parse(text)
  return text >= earliest && !Number.isNaN(millis) && new Date(millis).toISOString() === text ? text : undefined
}

const offsetMinutes = (zone: string): number | undefined => {
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes)
}

/** The schema of such text, for rows. */
export const schema: Schema.Schema<Timestamp, string> = Schema.String.pipe(
  Schema.filter((text): text is Timestamp => fromText(text) === text, { identifier: "Timestamp" })
)

/** The schema of a time in an API's rows: decodes any text that `fromText` accepts to UTC. */
export const anyZone: Schema.Schema<Timestamp, string> = Schema.transformOrFail(Schema.String, schema, {
  strict: true,
  decode: (text, _, ast) => {
    const time = fromText(text)
    return time === undefined
      ? ParseResult.fail(new ParseResult.Type(ast, text, "is no time with a zone"))
      : ParseResult.succeed(time)
  },
  encode: (time) => ParseResult.succeed(time)
}).annotations({ identifier: "a time with a zone" })
