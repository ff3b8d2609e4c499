import * as Bytes from "../internal/bytes.ts"

/**
 * Rows as the texts they consist of, one after the other: `lengths` says in four bytes each how many UTF-16 units a text
 * has, or -1 for null, and `text` is all of them in UTF-8. Rows that are packed page by page are the same bytes in the same
 * order as if they were packed at once. A fifth of the room that rows take as objects, and no work for the garbage collector.
 */
export interface Packed {
  readonly rows: number
  readonly lengths: Uint8Array
  readonly text: Uint8Array
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
}

/** Gives the texts of a row in the order in which they were put. */
export class Cursor {
  readonly #lengths: Int32Array
  readonly #text: string
  #index = 0
  #at = 0

  constructor(lengths: Int32Array, text: string) {
    this.#lengths = lengths
    this.#text = text
  }

  /** The next text; for one that was put as null, "". May be a slice that keeps the whole block in memory while it is kept. */
  text(): string {
    return this.orNull() ?? ""
  }

  orNull(): string | null {
    const length = this.#lengths[this.#index++] ?? -1
    if (length < 0) return null
    const start = this.#at
    this.#at = start + length
    return this.#text.slice(start, this.#at)
  }
}

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

/** Reads the next rows of a block. */
const reader = <A>({ lengths, text }: Packed, read: (cursor: Cursor) => A): ((count: number) => ReadonlyArray<A>) => {
  const aligned = lengths.byteOffset % 4 === 0 ? lengths : lengths.slice()
  const cursor = new Cursor(
    new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4),
    // A leading byte order mark is a character of a value here.
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(text)
  )
  return (count) => {
    const rows: Array<A> = []
    for (let row = 0; row < count; row++) rows.push(read(cursor))
    return rows
  }
}

/** For rows that are plain JSON already. */
export const jsonCodec = <A>(): Codec<A> =>
  codec<A>({
    write: (row, sink) => sink.put(JSON.stringify(row)),
    reading: () => (cursor) => JSON.parse(cursor.text())
  })

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

/** How many bytes a block has as one piece, and while it is in memory. */
export const size = (packed: Packed): number => headerBytes + packed.lengths.length + packed.text.length

/** Rows that were packed one after the other, as if at once. */
export const joined = (parts: ReadonlyArray<Packed>): Packed => {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  return {
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    lengths: Bytes.joined(parts.map(({ lengths }) => lengths)),
    text: Bytes.joined(parts.map(({ text }) => text))
  }
}

/** All of it in one piece. */
export const toBytes = ({ rows, lengths, text }: Packed): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + lengths.length + text.length)
  const header = new DataView(bytes.buffer)
  header.setUint32(0, rows)
  header.setUint32(4, lengths.length)
  bytes.set(lengths, headerBytes)
  bytes.set(text, headerBytes + lengths.length)
  return bytes
}

export const fromBytes = (bytes: Uint8Array): Packed => {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const textStart = headerBytes + header.getUint32(4)
  return { rows: header.getUint32(0), lengths: bytes.subarray(headerBytes, textStart), text: bytes.subarray(textStart) }
}

const headerBytes = 8
