import type * as Headers from "@effect/platform/Headers"

/** What a server knows an answer by, as it sent it (RFC 9110, section 8.8). */
export interface Validators {
  /** With its quotes, and with `W/` where it is weak: then answers that mean the same may have the same one. */
  readonly etag?: string
  /** Only where it is of use: an answer that is made in the second of its last change may change again in that second. */
  readonly lastModified?: string
}

/** Those of an answer. */
export const of = (headers: Headers.Headers): Validators => {
  const etag = headers["etag"]
  const lastModified = headers["last-modified"]
  const age = Date.parse(headers["date"] ?? "") - Date.parse(lastModified ?? "")
  return {
    ...(etag !== undefined && wellFormed.test(etag) ? { etag } : {}),
    ...(lastModified !== undefined && httpDate.test(lastModified) && age >= 1_000 ? { lastModified } : {})
  }
}

/** The headers that ask for an answer only if it is another one; none where there is nothing to know it by. */
export const conditions = ({ etag, lastModified }: Validators): Readonly<Record<string, string>> => ({
  ...(etag === undefined ? {} : { "if-none-match": etag }),
  ...(lastModified === undefined ? {} : { "if-modified-since": lastModified })
})

/** RFC 9110, section 5.6.7. Parsers of dates pass over words in brackets, which could be anything. */
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/
const wellFormed = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
