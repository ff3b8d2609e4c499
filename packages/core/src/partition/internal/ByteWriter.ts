/** Collects numbers and texts in bytes. A `ByteReader` reads them in the same order. */
export interface ByteWriter {
  /** A whole number from 0 to 2^53 - 1: base 128, the lowest digits first. */
  readonly number: (value: number) => void
  /** A whole number that can be negative. */
  readonly signed: (value: number) => void
  /** UTF-8, after its length. */
  readonly text: (value: string) => void
  /** Bytes, after their number. */
  readonly bytes: (value: Uint8Array) => void
  /** All bytes so far. */
  readonly written: () => Uint8Array
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
  const put = (value: Uint8Array): void => {
    number(value.length)
    reserve(value.length)
    bytes.set(value, length)
    length += value.length
  }
  return {
    number,
    signed: (value) => number(value < 0 ? -value * 2 - 1 : value * 2),
    text: (value) => put(encoder.encode(value)),
    bytes: put,
    written: () => bytes.subarray(0, length)
  }
}
