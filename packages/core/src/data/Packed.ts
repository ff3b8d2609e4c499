import { Pii, reveal } from "@sluice/pii"
import * as Bytes from "../internal/bytes.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"

/**
 * Rows as the texts they consist of, one after the other: `lengths` says in four bytes each how many UTF-16 units a text
 * has, -1 for null, or -2 less the units of a personal value, and `text` is all of them in UTF-8. Rows that are packed page by page are the same bytes in the same
 * order as if they were packed at once. A fifth of the room that rows take as objects, and no work for the garbage collector.
 */
export interface Packed {
  readonly rows: number
  readonly lengths: Uint8Array
  readonly text: Uint8Array
  /** All of it as `toBytes` has it, where it lies in memory like that. */
  readonly bytes?: Uint8Array
}

/** How rows are packed, and unpacked the same. Texts must be well-formed Unicode. */
export interface Codec<A> {
  /** Puts the texts that a row is packed as: equal rows have equal ones. */
  readonly write: (row: A, sink: Sink) => void
  readonly encode: (rows: ReadonlyArray<A>) => Packed
  readonly decode: (packed: Packed) => ReadonlyArray<A>
  /** The same rows, at most so many at a time, each made when it is asked for. */
  readonly decodeBy: (rowsAtOnce: number, packed: Packed) => IterableIterator<ReadonlyArray<A>>
}

/** Takes the texts of a row, in an order that is the codec's own. */
export interface Sink {
  readonly put: (text: string | null) => void
  /** Takes a personal value as it is wrapped. `Cursor.pii` reads it back, and `Cursor.text` refuses to. */
  readonly pii: (value: Pii<string> | null) => void
}

class Block implements Sink {
  readonly lengths: Array<number> = []
  text = ""

  put(text: string | null): void {
    if (text === null) {
      this.lengths.push(-1)
      return
    }
    this.lengths.push(text.length)
    this.text += text
  }

  pii(value: Pii<string> | null): void {
    if (value === null) {
      this.lengths.push(-1)
      return
    }
    const text = reveal(value)
    this.lengths.push(personal - text.length)
    this.text += text
  }
}

/** A personal value of `n` units has the length `personal - n`. */
const personal = -2

/** Gives the texts of a row in the order in which they were put. Of the whole text, some ten KB at a time are decoded. */
export class Cursor {
  readonly #lengths: Int32Array
  readonly #bytes: Uint8Array
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  #index = 0
  /** What is decoded, of the bytes from `#start` to before `#end`, and how far it has been read. */
  #text = ""
  #start = 0
  #end = 0
  #at = 0

  constructor({ lengths, text }: Packed) {
    const aligned = lengths.byteOffset % 4 === 0 ? lengths : lengths.slice()
    this.#lengths = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
    this.#bytes = text
  }

  /** The next text, of the type that the codec says it was put as; for one that was put as null, "". May be a slice that keeps more of the text in memory while it is kept. */
  text<A extends string = string>(): A {
    return unsafeCast(this.orNull() ?? "")
  }

  orNull<A extends string = string>(): A | null {
    const length = this.#lengths[this.#index++] ?? -1
    if (length === -1) return null
    if (length < 0) throw new Error("A codec reads a personal value as text. Read what Sink.pii took by Cursor.pii.")
    return unsafeCast(this.#take(length))
  }

  /** The next personal value, as `wrap` of the same block, made by `wrapping`, wraps it; null where it was null. */
  pii<K extends string>(wrap: Wrap<K>): Pii<K> | null {
    const length = this.#lengths[this.#index++] ?? -1
    if (length === -1) return null
    if (length >= 0) throw new Error("A codec reads text as a personal value. Read what Sink.put took by Cursor.text.")
    return wrap(this.#take(personal - length))
  }

  #take(length: number): string {
    if (this.#at + length > this.#text.length) this.#decode(length)
    const start = this.#at
    this.#at = start + length
    return this.#text.slice(start, this.#at)
  }

  /** Decodes the text from where it has been read, at least so many UTF-16 units of it. */
  #decode(units: number): void {
    const isAscii = this.#text.length === this.#end - this.#start
    const left = this.#text.slice(this.#at)
    this.#start = this.#end - (isAscii ? left.length : new TextEncoder().encode(left).length)
    let end = Math.min(this.#start + Math.max(bytesAtOnce, units * bytesOfUnit), this.#bytes.length)
    // Not between the bytes of one character.
    while (((this.#bytes[end] ?? 0) & 0xc0) === 0x80) end++
    this.#end = end
    this.#text = this.#decoder.decode(this.#bytes.subarray(this.#start, end))
    this.#at = 0
  }
}

/** Strings of this length are where V8 collects at once what is not used any more, and not among its large objects. */
const bytesAtOnce = 64 * 1024
/** The most that a UTF-16 unit takes in UTF-8. */
const bytesOfUnit = 3

/**
 * A codec of what is put for each row, and of what reads that again. `reading` is asked for anew for each block, so that
 * what it remembers is bounded by one.
 */
export const codec = <A>(options: {
  readonly write: (row: A, sink: Sink) => void
  readonly reading: () => (cursor: Cursor) => A
}): Codec<A> => ({
  write: options.write,
  encode: (rows) => {
    const sink = new Block()
    for (const row of rows) options.write(row, sink)
    if (loneSurrogate.test(sink.text)) {
      throw new Error(
        "A row has a text with half of a surrogate pair, which cannot be kept. Replace it where the row is made."
      )
    }
    const lengths = new Int32Array(sink.lengths)
    return { rows: rows.length, lengths: new Uint8Array(lengths.buffer), text: new TextEncoder().encode(sink.text) }
  },
  decode: (packed) => {
    const read = reader(packed, options.reading())
    return read(packed.rows)
  },
  decodeBy: function* (rowsAtOnce, packed) {
    const read = reader(packed, options.reading())
    for (let left = packed.rows; left > 0; left -= rowsAtOnce) yield read(Math.min(left, rowsAtOnce))
  }
})

/** The rows' texts may split a pair between them: all together, they are as they were. */
const loneSurrogate = /\p{Surrogate}/u

/** Reads the next rows of a block. */
const reader = <A>(packed: Packed, read: (cursor: Cursor) => A): ((count: number) => ReadonlyArray<A>) => {
  const cursor = new Cursor(packed)
  return (count) => {
    const rows: Array<A> = []
    for (let row = 0; row < count; row++) rows.push(read(cursor))
    return rows
  }
}

/** Of the same text, always the same string with no block behind it, made by `make` at its first occurrence. */
export const interned = <B>(make: (text: string) => B): ((text: string) => B) => {
  const known = new Map<string, B>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const own: string = JSON.parse(JSON.stringify(text))
    const made = make(own)
    known.set(own, made)
    return made
  }
}

/** Wraps texts as personal values of a kind. */
export type Wrap<K extends string> = (text: string) => Pii<K>

/** Wraps each of a block's texts once, however often it occurs. */
export const wrapping = <const K extends string>(kind: K): Wrap<K> => interned((text) => Pii.make(kind, text))

/** How many bytes a block has as one piece, and while it is in memory. */
export const size = (packed: Packed): number => headerBytes + packed.lengths.length + packed.text.length

/** Rows that were packed one after the other, as if at once; in one piece. */
export const joined = (parts: ReadonlyArray<Packed>): Packed => fromBytes(inOnePiece(parts))

/** All of it in one piece. */
export const toBytes = (packed: Packed): Uint8Array => inOnePiece([packed])

export const fromBytes = (bytes: Uint8Array): Packed => {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const textStart = headerBytes + header.getUint32(4)
  return {
    rows: header.getUint32(0),
    lengths: bytes.subarray(headerBytes, textStart),
    text: bytes.subarray(textStart),
    bytes
  }
}

const inOnePiece = (parts: ReadonlyArray<Packed>): Uint8Array => {
  const [first] = parts
  if (first?.bytes !== undefined && parts.length === 1) return first.bytes
  const header = new DataView(new ArrayBuffer(headerBytes))
  header.setUint32(
    0,
    sum(parts, ({ rows }) => rows)
  )
  header.setUint32(
    4,
    sum(parts, ({ lengths }) => lengths.length)
  )
  return Bytes.joined([
    new Uint8Array(header.buffer),
    ...parts.map(({ lengths }) => lengths),
    ...parts.map(({ text }) => text)
  ])
}

const sum = (parts: ReadonlyArray<Packed>, count: (part: Packed) => number): number =>
  parts.reduce((all, part) => all + count(part), 0)

const headerBytes = 8
