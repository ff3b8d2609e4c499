import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { isObject } from "@sluice/core/source/Decoder"
import * as Either from "effect/Either"
import * as PackedRows from "../ingest/PackedRows.ts"
import * as RowHash from "../ingest/RowHash.ts"
import type { Endpoint } from "./Endpoint.ts"
import * as EnvelopeRows from "./EnvelopeRows.ts"
import * as JsonRows from "./JsonRows.ts"

/** Decoded rows that follow each other in an answer. */
export interface RowChunk<out A> {
  /** How many rows of the answer it was made of. */
  readonly size: number
  /** Which rows those were: a hash of the id of each, in order. */
  readonly ids: Float64Array
  /** The rows, the place of the first of which in the whole answer is 0. They are unpacked when somebody looks at them. */
  readonly page: DecodedRows.DecodedRows<A>
  /** The rows as they are kept. */
  readonly packed: PackedRows.PackedRows
}

/** A chunk of an answer that has no rows. */
export const nothing = (): RowChunk<never> => ({
  size: 0,
  ids: new Float64Array(),
  page: { rows: [], rejected: [], unknownFields: new Map() },
  packed: PackedRows.nothing()
})

/** A chunk of which nothing but the packed form of its rows is left, which threads can hand over without copying it. */
export interface Packed extends Pick<RowChunk<unknown>, "size" | "ids" | "packed"> {
  readonly rejected: DecodedRows.DecodedRows<unknown>["rejected"]
  readonly unknownFields: DecodedRows.DecodedRows<unknown>["unknownFields"]
}

export const pack = ({ ids, packed, page, size }: RowChunk<unknown>): Packed => ({
  size,
  ids,
  packed,
  rejected: page.rejected,
  unknownFields: page.unknownFields
})

/** The same chunk, whose rows are unpacked when somebody looks at them. */
export const unpacking = <A>(
  { codec }: Pick<PackedRows.Packing<A>, "codec">,
  { ids, packed, rejected, size, unknownFields }: Packed
): RowChunk<A> => {
  let unpacked: ReadonlyArray<A> | undefined
  return {
    ...{ size, ids, packed },
    page: {
      get rows() {
        unpacked ??= codec.decode(packed.packed)
        return unpacked
      },
      rejected,
      unknownFields
    }
  }
}

/** Makes chunks of the text of an answer, part by part. */
export interface Chunker<out A> {
  /** Takes the next bytes of the text, and answers the chunks that are whole now. */
  readonly push: (bytes: Uint8Array) => Either.Either<ReadonlyArray<RowChunk<A>>, JsonRows.Fault>
  /** Says that the text has ended, and answers what is left. */
  readonly end: () => Either.Either<ReadonlyArray<RowChunk<A>>, JsonRows.Fault>
  /** The next page, once the text has ended, if it was an envelope: null if there is none. */
  readonly next: (() => string | null) | undefined
}

export interface ChunkerOptions {
  /** The most that one row may have. */
  readonly maxRowBytes: number
  /** The most rows of a chunk: however the text comes in, the chunks are the same. */
  readonly rowsOfChunk: number
  /** A chunk ends with the row by which what is kept has so many bytes. Default 16 MiB. */
  readonly bytesOfChunk?: number
}

/** A chunker of one text. An answer without rows has no chunk; every other has a last one, which comes with its end. */
export const chunker = <A>(
  endpoint: Endpoint<A>,
  { bytesOfChunk = 16 * 1024 * 1024, maxRowBytes, rowsOfChunk }: ChunkerOptions
): Chunker<A> => {
  const envelope = endpoint.envelope === undefined ? undefined : EnvelopeRows.make(endpoint.envelope)
  const json = envelope ?? JsonRows.make(maxRowBytes)
  let chunk = growing(endpoint)
  /** At least the bytes of the answer that the chunk was made of, and those whose rows have not come. */
  let came = 0
  let pending = 0
  const cut = (rows: ReadonlyArray<unknown>): ReadonlyArray<RowChunk<A>> => {
    const chunks: Array<RowChunk<A>> = []
    came += pending
    // Rows are weighed one by one only near the end of a chunk.
    const isLight =
      came * inflation < bytesOfChunk || (rows.length > 0 && chunk.bytes() + pending * inflation < bytesOfChunk)
    for (let at = 0; at < rows.length; ) {
      // Only when there is another row: what is left may turn out to be the last chunk, which is never empty.
      if (chunk.size() === rowsOfChunk || (!isLight && chunk.bytes() >= bytesOfChunk)) {
        chunks.push(chunk.done())
        chunk = growing(endpoint)
        came = pending
      }
      const some = rows.slice(at, at + (isLight ? rowsOfChunk - chunk.size() : 1))
      chunk.add(some)
      at += some.length
    }
    return chunks
  }
  return {
    next: envelope?.next,
    push: (bytes) => {
      pending += bytes.length
      return Either.map(json.push(bytes), (rows) => {
        if (rows.length === 0) return []
        const chunks = cut(rows)
        pending = bytes.length
        return chunks
      })
    },
    end: () =>
      Either.map(json.end(), (rows) => {
        const chunks = cut(rows)
        return chunk.size() === 0 ? chunks : [...chunks, chunk.done()]
      })
  }
}

/** What is kept of a row has no more bytes than so many times those of its JSON. */
const inflation = 4

/** Rows as one chunk. */
export const chunkOf = <A>(endpoint: Endpoint<A>, rows: ReadonlyArray<unknown>): RowChunk<A> => {
  const chunk = growing(endpoint)
  chunk.add(rows)
  return chunk.done()
}

/**
 * A chunk whose rows come some at a time. They are decoded and packed at once: what is dropped of them lives no longer than the
 * part of the text that it came in, and is no work for the garbage collector.
 */
const growing = <A>(endpoint: Endpoint<A>) => {
  const page = DecodedRows.decoding(endpoint.decoder, 0)
  const rows = PackedRows.packer(endpoint)
  const ids: Array<Float64Array> = []
  let size = 0
  return {
    add: (some: ReadonlyArray<unknown>): void => {
      size += some.length
      ids.push(RowHash.all(some.map((row) => idOf(row, endpoint.idField ?? "id"))))
      rows.add(page.add(some))
    },
    size: () => size,
    /** Bytes of the texts of the rows that are kept, as they are packed. */
    bytes: rows.bytes,
    done: (): RowChunk<A> => {
      const { rejected, unknownFields } = page
      return unpacking(endpoint, { size, ids: RowHash.joined(ids), packed: rows.done(), rejected, unknownFields })
    }
  }
}

/** Rows without a plain id are all alike: such a source fails anyway. */
const idOf = (row: unknown, field: string): string => {
  const id = isObject<string>(row) ? row[field] : undefined
  return typeof id === "string" || typeof id === "number" ? String(id) : ""
}

export const sizeOf = (chunks: ReadonlyArray<RowChunk<unknown>>): number => chunks.reduce((sum, { size }) => sum + size, 0)
