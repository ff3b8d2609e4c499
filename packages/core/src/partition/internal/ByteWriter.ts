import { checksum } from "./checksum.ts"

/** Collects numbers and texts in bytes. A `ByteReader` reads them in the same order. */
export interface ByteWriter {
  /** A whole number from 0 to 2^53 - 1: base 128, the lowest digits first. */
  readonly number: (value: number) => void
  /** A whole number that can be negative. */
  readonly signed: (value: number) => void
  /** UTF-8, after its length. */
  readonly text: (value: string) => void
  /** All bytes, and a checksum at their end. */
  readonly finish: () => Uint8Array
}

const encoder = new TextEncoder()

export const make = (): ByteWriter => {
  let bytes = new Uint8Array(256)
  let length = 0
  const reserve = (more: number) => {
    if (length + more <= bytes.length) return
    const larger = new Uint8Array(Math.max(bytes.length * 2, length + more))
    larger.set(bytes)
    bytes = larger
  }
  const number = (value: number): void => {
    if (length + 8 > bytes.length) reserve(8)
    let rest = value
    while (rest >= 128) {
      bytes[length++] = (rest & 127) | 128
      rest = rest < 2 ** 31 ? rest >>> 7 : Math.floor(rest / 128)
    }
    bytes[length++] = rest
  }
  return {
    number,
    signed: (value) => number(value < 0 ? -value * 2 - 1 : value * 2),
    text: (value) => {
      const encoded = encoder.encode(value)
      number(encoded.length)
      reserve(encoded.length)
      bytes.set(encoded, length)
      length += encoded.length
    },
    finish: () => {
      const all = new Uint8Array(length + 4)
      all.set(bytes.subarray(0, length))
      new DataView(all.buffer).setUint32(length, checksum(all, length))
      return all
    }
  }
}
