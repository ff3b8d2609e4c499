import type * as Headers from "@effect/platform/Headers"

/**
 * What a server knows an answer by, as it sent it (RFC 9110, section 8.8). `Last-Modified` is none of it: for a list, servers send
 * the time of the newest row, which a deletion does not change.
 */
export interface Validators {
  /** With its quotes, and with `W/` where it is weak: then answers that mean the same may have the same one. */
  readonly etag?: string
}

/** Those of an answer. */
export const of = (headers: Headers.Headers): Validators => {
  const etag = headers["etag"]
  return etag !== undefined && wellFormed.test(etag) ? { etag } : {}
}

/** The headers that ask for an answer only if it is another one; none if there is nothing to know it by. */
export const conditions = ({ etag }: Validators): Readonly<Record<string, string>> =>
  etag === undefined ? {} : { "if-none-match": etag }

const wellFormed = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
