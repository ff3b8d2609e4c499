/**
 * HalfSipHash-2-4 with 32 bits (https://github.com/veorq/SipHash, halfsiphash.c) of a text's UTF-16 code units as little-endian
 * bytes, with a key of 8 bytes. Without the key, a hash reveals nothing of its text.
 *
 * Kept for time: it takes 0.05 µs an id, where HMAC-SHA-256 of `node:crypto` takes 3.3 µs. In a store with an erasure, a run of
 * 200,000 users and 2,000,000 messages looks up 4.2 million ids on the main thread: 0.2 s with this hash, 14 s with HMAC, in a
 * run of 19 s.
 */
export const make = (key: Uint8Array): ((text: string) => number) => {
  const view = new DataView(key.buffer, key.byteOffset, 8)
  const k0 = view.getInt32(0, true)
  const k1 = view.getInt32(4, true)
  return (text) => {
    const { length } = text
    const words = (length >> 1) + 1
    let v0 = k0
    let v1 = k1
    let v2 = 0x6c796765 ^ k0
    let v3 = 0x74656462 ^ k1
    // The turn after the last word finalizes. All is in one function, since variables that closures share are not kept in
    // registers.
    for (let turn = 0; turn <= words; turn++) {
      const isFinal = turn === words
      const word = isFinal ? 0 : wordAt(text, turn * 2, length)
      if (isFinal) v2 ^= 0xff
      v3 ^= word
      for (let round = isFinal ? 4 : 2; round > 0; round--) {
        v0 = (v0 + v1) | 0
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
        v0 = (v0 + v3) | 0
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
        v2 = (v2 + v1) | 0
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      v0 ^= word
    }
    return (v1 ^ v3) >>> 0
  }
}

/** Two units. The last word has the remaining unit, if any, and the number of bytes on top. */
const wordAt = (text: string, at: number, length: number): number =>
  at + 1 < length
    ? text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
    : (length << 25) | (at < length ? text.charCodeAt(at) : 0)
