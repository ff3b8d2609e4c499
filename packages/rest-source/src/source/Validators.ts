import type * as Headers from "@effect/platform/Headers"

/**
 * The validators that a server sent with an answer (RFC 9110, section 8.8). `Last-Modified` is left out: for a list, servers
 * send the time of the newest row, which a deletion does not change.
 */
export interface Validators {
  /** With its quotes, and with `W/` if it is weak. Different answers with the same meaning may share a weak one. */
  readonly etag?: string
}

/** The validators of an answer. */
export const of = (headers: Headers.Headers): Validators => {
  const etag = headers["etag"]
  return etag !== undefined && wellFormed.test(etag) ? { etag } : {}
}

/** The headers that request an answer only if it has changed; none without validators. */
export const conditions = ({ etag }: Validators): Readonly<Record<string, string>> =>
  etag === undefined ? {} : { "if-none-match": etag }

const wellFormed = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
