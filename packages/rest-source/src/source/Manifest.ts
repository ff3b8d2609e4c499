import type { Answered } from "./Paging.ts"
import type { Validators } from "./Validators.ts"

/**
 * Describes one answer of a reading. The entries of a whole reading, in order, are its manifest. It holds nothing of the
 * answer, but the server may have made the entity tag from it. So a stored tag is as sensitive as the answer.
 */
export interface Entry {
  /** The requested address, without credentials. */
  readonly url: string
  readonly page: number
  /** The number of its rows; undefined if the pages alone do not show that it was one of them, or the last (`Answered`). */
  readonly size: number | undefined
  readonly validators: Validators
}

/** Describes an answer of an earlier reading. A store keeps a fingerprint of its address. */
export interface Known extends Omit<Entry, "url"> {
  /** Whether it was requested from this address. */
  readonly isFor: (url: URL) => boolean
}

export const entry = (url: URL, { page, size, validators }: Omit<Answered, "total">): Entry => ({
  url: url.href,
  page,
  size,
  validators
})
