import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

/**
 * A calendar day as ISO 8601 text: `2024-03-01`. A literal of this form has the type; convert other text with `is`, and times
 * with `fromDateTime`.
 */
export type Day = Kept<`${number}-${number}-${number}`, "Day">

/** Converts an instant to its day: in UTC, or in the zone that it has. */
export const fromDateTime = (instant: DateTime.DateTime): Day => unsafeCast(DateTime.formatIsoDate(instant))

/** Whether text is an existing day, from the year 1000 to 9999. */
export const is = (text: string): text is Day => {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false
  // `Date.parse` carries 30 February over into March, so the text is compared with what comes back.
  const millis = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text)
}

/** The schema of such text, for rows. */
export const schema: Schema.Schema<Day, string> = Schema.String.pipe(Schema.filter(is, { identifier: "Day" }))
