import { createHmac } from "node:crypto"
import * as HalfSipHash from "./HalfSipHash.ts"

/** The names of the keys in the table of keys: the first key, and one for each rotation. */
export const nameOf = (number: number): string => (number === 1 ? "suppression" : `suppression.${number}`)

/**
 * Hashes the ids of erased people by HMAC-SHA-256 (RFC 2104) with each key in turn. So a rotation hashes the hashes again and
 * needs no id. A leaked key, from a backup for example, confirms no guess once there is a later key.
 */
export interface SuppressionKeys {
  /** The hash of an id's exact UTF-8 bytes. */
  readonly hash: (id: string) => Uint8Array
  /** Twenty bits of a fast keyed hash of the id. Most ids share a tag with no suppressed id. */
  readonly tag: (id: string) => number
  /**
   * Masks a tag for storage beside a hash, and unmasks it: the mask is derived from the last key and the hash. With one key,
   * tags are stored as they are.
   */
  readonly mask: (tag: number, hash: Uint8Array) => number
  /** The number of keys. */
  readonly count: number
}

/** The suppression keys among a store's keys; undefined before the first erasure. */
export const from = (keys: ReadonlyMap<string, Uint8Array>): SuppressionKeys | undefined => {
  const chain: Array<Uint8Array> = []
  for (let key = keys.get(nameOf(1)); key !== undefined; key = keys.get(nameOf(chain.length + 1))) chain.push(key)
  const [first, ...later] = chain
  return first === undefined ? undefined : make(first, later)
}

/** Hashes a stored hash again with the next key. */
export const rehash = (hash: Uint8Array, key: Uint8Array): Uint8Array => createHmac("sha256", key).update(hash).digest()

export const tags = 2 ** 20

const make = (first: Uint8Array, later: ReadonlyArray<Uint8Array>): SuppressionKeys => {
  const quick = HalfSipHash.make(createHmac("sha256", first).update("tag").digest())
  const last = later.at(-1)
  return {
    hash: (id) => later.reduce(rehash, createHmac("sha256", first).update(id, "utf8").digest()),
    tag: (id) => quick(id) & (tags - 1),
    mask: (tag, hash) =>
      last === undefined
        ? tag
        : tag ^ (createHmac("sha256", last).update("tag").update(hash).digest().readUInt32BE(0) & (tags - 1)),
    count: later.length + 1
  }
}
