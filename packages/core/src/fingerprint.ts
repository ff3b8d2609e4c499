import { type Pii, reveal } from "@sluice/pii"

/**
 * Hashes a text to 53 bits, never 0. Only against accidental collisions, and not for secrets. Synchronous and free of Node. By
 * https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js, which is in the public domain.
 */
export const hash53 = (text: string): number => {
  let h1 = seed1
  let h2 = seed2
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    h1 = Math.imul(h1 ^ unit, factor1)
    h2 = Math.imul(h2 ^ unit, factor2)
  }
  return mixed(h1, h2)
}

/** Hashes several texts in order, each of which may be null. The boundaries between texts count. */
export class Hash53 {
  #h1 = seed1
  #h2 = seed2

  put(text: string | null): void {
    const length = text === null ? -1 : text.length
    let h1 = Math.imul(this.#h1 ^ length, factor1)
    let h2 = Math.imul(this.#h2 ^ length, factor2)
    for (let i = 0; text !== null && i < length; i++) {
      const unit = text.charCodeAt(i)
      h1 = Math.imul(h1 ^ unit, factor1)
      h2 = Math.imul(h2 ^ unit, factor2)
    }
    this.#h1 = h1
    this.#h2 = h2
  }

  /** Adds the text inside a personal value. */
  pii(value: Pii<string> | null): void {
    this.put(value === null ? null : reveal(value))
  }

  /** Returns the hash of the texts since the last call. */
  take(): number {
    const hash = mixed(this.#h1, this.#h2)
    this.#h1 = seed1
    this.#h2 = seed2
    return hash
  }
}

const seed1 = 0xdeadbeef
const seed2 = 0x41c6ce57
const factor1 = 2654435761
const factor2 = 1597334677

const mixed = (a: number, b: number): number => {
  let h1 = a
  let h2 = b
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909)
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909)
  return 4294967296 * (2097151 & h2) + (h1 >>> 0) || 1
}

/** Hashes a text to base 36, as a part of names. */
export const fingerprint = (text: string): string => hash53(text).toString(36)
