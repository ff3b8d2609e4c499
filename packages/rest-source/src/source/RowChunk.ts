import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { isObject } from "@sluice/core/source/Decoder"
import * as Either from "effect/Either"
import * as PackedRows from "../ingest/PackedRows.ts"
import * as RowHash from "../ingest/RowHash.ts"
import type { Endpoint } from "./Endpoint.ts"
import * as EnvelopeRows from "./EnvelopeRows.ts"
import * as JsonRows from "./JsonRows.ts"

/** Consecutive decoded rows of an answer. */
export interface RowChunk<out A> {
  /** The number of the answer's rows in this chunk. */
  readonly size: number
  /** A hash of each of these rows' ids, in order. */
  readonly ids: Float64Array
  /** The rows. The ordinal of the answer's first row is 0. Reading them unpacks them. */
  readonly page: DecodedRows.DecodedRows<A>
  /** The packed rows. */
  readonly packed: PackedRows.PackedRows
}

/** A chunk of an answer without rows. */
export const nothing = (): RowChunk<never> => ({
  size: 0,
  ids: new Float64Array(),
  page: { rows: [], rejected: [], unknownFields: new Map() },
  packed: PackedRows.nothing()
})

/** A chunk with only the packed form of its rows, which threads transfer without copying. */
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

/** The same chunk, whose rows are unpacked when they are read. */
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

/** Cuts the text of an answer into chunks, part by part. */
export interface Chunker<out A> {
  /** Takes the next bytes of the text, and returns the chunks that are complete by now. */
  readonly push: (bytes: Uint8Array) => Either.Either<ReadonlyArray<RowChunk<A>>, JsonRows.Fault>
  /** Ends the text, and returns the remaining chunks. */
  readonly end: () => Either.Either<ReadonlyArray<RowChunk<A>>, JsonRows.Fault>
  /** The next page of an envelope, after the end of the text; null if there is none. */
  readonly next: (() => string | null) | undefined
}

export interface ChunkerOptions {
  /** The maximum bytes of one row. */
  readonly maxRowBytes: number
  /** The maximum rows of a chunk. The chunks do not depend on how the text is cut. */
  readonly rowsOfChunk: number
  /** A chunk ends with the row that makes its packed form this large. Default 16 MiB. */
  readonly bytesOfChunk?: number
}

/** A chunker of one text. An answer without rows has no chunk. Every other answer has a last chunk, returned at its end. */
export const chunker = <A>(
  endpoint: Endpoint<A>,
  { bytesOfChunk = 16 * 1024 * 1024, maxRowBytes, rowsOfChunk }: ChunkerOptions
): Chunker<A> => {
  const envelope = endpoint.envelope === undefined ? undefined : EnvelopeRows.make(endpoint.envelope)
  const json = envelope ?? JsonRows.make(maxRowBytes)
  let chunk = growing(endpoint)
  /** An upper bound: the bytes of the chunk's rows, and the bytes of rows that are incomplete. */
  let came = 0
  let pending = 0
  const cut = (rows: ReadonlyArray<unknown>): ReadonlyArray<RowChunk<A>> => {
    const chunks: Array<RowChunk<A>> = []
    came += pending
    // Rows are measured one by one only near the end of a chunk.
    const isLight =
      came * inflation < bytesOfChunk || (rows.length > 0 && chunk.bytes() + pending * inflation < bytesOfChunk)
    for (let at = 0; at < rows.length; ) {
      // Only if another row follows: otherwise this may be the last chunk, which is never empty.
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

/** The packed form of a row has at most this many times the bytes of its JSON. */
const inflation = 4

/** Rows as one chunk. */
export const chunkOf = <A>(endpoint: Endpoint<A>, rows: ReadonlyArray<unknown>): RowChunk<A> => {
  const chunk = growing(endpoint)
  chunk.add(rows)
  return chunk.done()
}

/**
 * A chunk that is filled in several steps. Rows are decoded and packed at once. So dropped fields live no longer than their
 * part of the text, which saves work of the garbage collector.
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
    /** Bytes of the texts of the packed rows. */
    bytes: rows.bytes,
    done: (): RowChunk<A> => {
      const { rejected, unknownFields } = page
      return unpacking(endpoint, { size, ids: RowHash.joined(ids), packed: rows.done(), rejected, unknownFields })
    }
  }
}

/** Rows without a plain id all have the same one: such a source fails anyway. */
const idOf = (row: unknown, field: string): string => {
  const id = isObject<string>(row) ? row[field] : undefined
  return typeof id === "string" || typeof id === "number" ? String(id) : ""
}

export const sizeOf = (chunks: ReadonlyArray<RowChunk<unknown>>): number => chunks.reduce((sum, { size }) => sum + size, 0)
