/** Reads what a `ByteWriter` wrote, in the same order. Throws `Unreadable`. */
export interface ByteReader {
  readonly number: () => number
  readonly signed: () => number
  readonly text: () => string
  readonly bytes: () => Uint8Array
  /** Fills an array with numbers, faster than one by one. */
  readonly numbers: (into: Uint32Array<ArrayBuffer>) => Uint32Array<ArrayBuffer>
  /** A number of things that take a byte or more each. */
  readonly count: () => number
  /** Checks that everything is read. */
  readonly end: () => void
}

/** The bytes are not what was written. */
export class Unreadable extends Error {}

const decoder = new TextDecoder()

export const make = (bytes: Uint8Array): ByteReader => {
  const { length } = bytes
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
  const take = (): Uint8Array => {
    const size = count()
    at += size
    return bytes.subarray(at - size, at)
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
    bytes: take,
    text: () => decoder.decode(take()),
    end: () => {
      if (at !== length) throw new Unreadable("it is longer than it says")
    }
  }
}
