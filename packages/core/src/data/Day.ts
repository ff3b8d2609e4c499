import * as Schema from "effect/Schema"
import type { Kept } from "./Plain.ts"

/** A calendar day, as ISO 8601: `2024-03-01`. A literal of this form is one as it stands; other text is one if `is` says so. */
export type Day = Kept<`${number}-${number}-${number}`, "Day">

/** Whether text is a day that its month has, from the year 1000 to 9999. */
export const is = (text: string): text is Day => {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false
  // Parsers carry 30 February over into March: what does not come back the same is no day.
  const millis = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text)
}

/** For schemas of rows: a text that is such a day. */
export const schema: Schema.Schema<Day, string> = Schema.String.pipe(Schema.filter(is, { identifier: "Day" }))
