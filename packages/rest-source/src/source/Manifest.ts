import type { Answered } from "./Paging.ts"
import type { Validators } from "./Validators.ts"

/**
 * What one answer of a reading is known by; those of a whole reading, in order, are its manifest. It holds nothing of the
 * answer. But an entity tag may be made of it, by the server: where one is stored, it is stored as what it may tell of.
 */
export interface Entry {
  /** What was asked for, without credentials. */
  readonly url: string
  readonly page: number
  /** How many rows it had; undefined where the pages alone do not tell that it was one of them, or the last (`Answered`). */
  readonly size: number | undefined
  readonly validators: Validators
}

/** What an answer of an earlier reading is known by. Of its address, a store keeps a fingerprint. */
export interface Known extends Omit<Entry, "url"> {
  /** Whether it answered a request to this address. */
  readonly isFor: (url: URL) => boolean
}

export const entry = (url: URL, { page, size, validators }: Omit<Answered, "total">): Entry => ({
  url: url.href,
  page,
  size,
  validators
})
