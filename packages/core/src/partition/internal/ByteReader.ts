import { checksum } from "./checksum.ts"

/** Reads what a `ByteWriter` wrote, in the same order. Throws `Unreadable`. */
export interface ByteReader {
  readonly number: () => number
  readonly signed: () => number
  readonly text: () => string
  /** A number of things that take a byte or more each. */
  readonly count: () => number
  /** Checks that everything is read. */
  readonly end: () => void
}

/** The bytes are not what was written. */
export class Unreadable extends Error {}

/** Checks the checksum first. */
export const make = (bytes: Uint8Array): ByteReader => {
  const length = bytes.length - 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (length < 0 || view.getUint32(length) !== checksum(bytes, length)) throw new Unreadable("its bytes have changed")
  let at = 0
  const take = (): number => {
    if (at >= length) throw new Unreadable("it ends too early")
    return bytes[at++] ?? 0
  }
  const number = (): number => {
    let byte = take()
    if (byte < 128) return byte
    let value = byte - 128
    for (let digit = 128; ; digit *= 128) {
      byte = take()
      if (byte < 128) return value + byte * digit
      value += (byte - 128) * digit
    }
  }
  const count = (): number => {
    const value = number()
    if (value > length - at) throw new Unreadable("it ends too early")
    return value
  }
  return {
    number,
    count,
    signed: () => {
      const value = number()
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    },
    text: () => {
      const size = count()
      at += size
      return new TextDecoder().decode(bytes.subarray(at - size, at))
    },
    end: () => {
      if (at !== length) throw new Unreadable("it is longer than it says")
    }
  }
}
