import { checksum } from "./checksum.ts"

/** Reads what a `ByteWriter` wrote, in the same order. Throws `Unreadable`. */
export interface ByteReader {
  readonly number: () => number
  readonly signed: () => number
  readonly text: () => string
  /** Fills an array with numbers, faster than one by one. */
  readonly numbers: <A extends Uint32Array | Float64Array>(into: A) => A
  /** A number of things that take a byte or more each. */
  readonly count: () => number
  /** Checks that everything is read. */
  readonly end: () => void
}

/** The bytes are not what was written. */
export class Unreadable extends Error {}

const decoder = new TextDecoder()

/** Checks the checksum first. */
export const make = (bytes: Uint8Array): ByteReader => {
  const length = bytes.length - 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (length < 0 || view.getUint32(length) !== checksum(bytes, length)) throw new Unreadable("its bytes have changed")
  let at = 0
  const number = (): number => {
    let value = 0
    for (let digit = 1; at < length; digit *= 128) {
      const byte = bytes[at++] ?? 0
      if (byte < 128) return digit === 1 ? byte : value + byte * digit
      value += (byte - 128) * digit
    }
    throw new Unreadable("it ends too early")
  }
  const count = (): number => {
    const value = number()
    if (value > length - at) throw new Unreadable("it ends too early")
    return value
  }
  return {
    number,
    count,
    numbers: (into) => {
      let next = at
      for (let index = 0; index < into.length; index++) {
        const byte = bytes[next] ?? 0
        if (byte < 128 && next < length) {
          into[index] = byte
          next++
        } else {
          at = next
          into[index] = number()
          next = at
        }
      }
      at = next
      return into
    },
    signed: () => {
      const value = number()
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    },
    text: () => {
      const size = count()
      at += size
      return decoder.decode(bytes.subarray(at - size, at))
    },
    end: () => {
      if (at !== length) throw new Unreadable("it is longer than it says")
    }
  }
}
