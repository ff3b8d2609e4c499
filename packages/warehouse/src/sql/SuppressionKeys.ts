import { createHmac } from "node:crypto"
import * as HalfSipHash from "./HalfSipHash.ts"

/** The names of the keys in the table of the store's keys: the first, and one more for each rotation. */
export const nameOf = (number: number): string => (number === 1 ? "suppression" : `suppression.${number}`)

/**
 * How the ids of erased people are hashed: by HMAC-SHA-256 (RFC 2104) with each key in turn, so that a rotation hashes the
 * hashes again and needs no id. A key that became known, by a backup for one, confirms no guess once there is a later one.
 */
export interface SuppressionKeys {
  /** Over the id's exact UTF-8 bytes. */
  readonly hash: (id: string) => Uint8Array
  /** Twenty bits of a quick keyed hash of the id: most ids have one that no suppressed id has. */
  readonly tag: (id: string) => number
  /**
   * A tag as it is stored beside a hash, and back: the bits of one follow from the other by the last key and the hash. With one
   * key, it is stored as it is.
   */
  readonly mask: (tag: number, hash: Uint8Array) => number
  /** How many keys there are. */
  readonly count: number
}

/** The keys that a store has; undefined before the first erasure. */
export const from = (keys: ReadonlyMap<string, Uint8Array>): SuppressionKeys | undefined => {
  const chain: Array<Uint8Array> = []
  for (let key = keys.get(nameOf(1)); key !== undefined; key = keys.get(nameOf(chain.length + 1))) chain.push(key)
  const [first, ...later] = chain
  return first === undefined ? undefined : make(first, later)
}

/** A hash under the keys before, as it is under one more. */
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
