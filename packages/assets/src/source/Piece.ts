import * as Either from "effect/Either"
import type { Decoder } from "../domain/Decoder.ts"
import * as Page from "../domain/Page.ts"
import * as PackedRows from "../intake/PackedRows.ts"
import * as RowHash from "../intake/RowHash.ts"
import type { Endpoint } from "./Endpoint.ts"
import * as JsonRows from "./JsonRows.ts"

/** Decoded rows that follow each other in an answer. */
export interface Piece<out A> {
  /** How many rows of the answer it was made of. */
  readonly size: number
  /** Which rows those were: a hash of the id of each, in order. */
  readonly ids: Float64Array
  /** The rows, the place of the first of which in the whole answer is 0. */
  readonly page: Page.Page<A>
  /** The rows as they are kept, where they have been packed already: then `page` has yet to unpack them. */
  readonly packed?: PackedRows.PackedRows
}

/** A piece of an answer that has no rows. */
export const nothing: Piece<never> = {
  size: 0,
  ids: new Float64Array(),
  page: { rows: [], rejected: [], unknownFields: new Map() }
}

/** A piece of which nothing but the packed form of its rows is left, which threads can hand over without copying it. */
export interface Packed extends Pick<Piece<unknown>, "size" | "ids"> {
  readonly packed: PackedRows.PackedRows
  readonly rejected: Page.Page<unknown>["rejected"]
  readonly unknownFields: Page.Page<unknown>["unknownFields"]
}

export const pack = <A>(packing: PackedRows.Packing<A>, { ids, packed, page, size }: Piece<A>): Packed => ({
  size,
  ids,
  packed: packed ?? PackedRows.make(packing, page.rows),
  rejected: page.rejected,
  unknownFields: page.unknownFields
})

/** The same piece, whose rows are unpacked when somebody looks at them. */
export const unpacking = <A>(
  { codec }: PackedRows.Packing<A>,
  { ids, packed, rejected, size, unknownFields }: Packed
): Piece<A> => {
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

/** Makes pieces of the text of an answer, part by part. */
export interface Cutter<out A> {
  /** Takes the next bytes of the text, and answers the pieces that are whole now. */
  readonly push: (bytes: Uint8Array) => Either.Either<ReadonlyArray<Piece<A>>, JsonRows.Fault>
  /** Says that the text has ended, and answers what is left. */
  readonly end: () => Either.Either<ReadonlyArray<Piece<A>>, JsonRows.Fault>
}

export interface CutterOptions {
  /** The most that one row may have. */
  readonly maxRowBytes: number
  /** The most rows of a piece: however the text comes in, the pieces are the same. */
  readonly rowsOfPiece: number
  /** A piece ends with the row by which what is kept has so many bytes. Default 16 MiB. */
  readonly bytesOfPiece?: number
}

/** A cutter of one text. An answer without rows has no piece; every other has a last one, which comes with its end. */
export const cutter = <A>({ codec, decoder }: Pick<Endpoint<A>, "codec" | "decoder">, options: CutterOptions): Cutter<A> =>
  cutting(() => keeping(decoder, codec), JsonRows.make(options.maxRowBytes), options)

/** The same, with rows packed as soon as they are cut: nothing else is kept of them. */
export const packingCutter = <A>(endpoint: Endpoint<A>, options: CutterOptions): Cutter<A> =>
  cutting(() => packing(endpoint), JsonRows.make(options.maxRowBytes), options)

/** Rows as one piece. */
export const pieceOf = <A>(decoder: Decoder<A>, rows: ReadonlyArray<unknown>): Piece<A> => {
  const piece = keeping(decoder)
  piece.add(rows)
  return piece.done()
}

/**
 * A piece whose rows come some at a time. They are decoded at once: what is dropped of them lives no longer than the part of
 * the text that it came in, and is no work for the garbage collector.
 */
interface Growing<A> {
  readonly add: (rows: ReadonlyArray<unknown>) => void
  readonly size: () => number
  /** Bytes of the texts of the rows that are kept, as they are packed. */
  readonly bytes: () => number
  readonly done: () => Piece<A>
}

const cutting = <A>(
  begin: () => Growing<A>,
  json: JsonRows.JsonRows,
  { bytesOfPiece = 16 * 1024 * 1024, rowsOfPiece }: CutterOptions
): Cutter<A> => {
  let piece = begin()
  /** At least the bytes of the answer that the piece was made of, and those whose rows have not come. */
  let came = 0
  let pending = 0
  const cut = (rows: ReadonlyArray<unknown>): ReadonlyArray<Piece<A>> => {
    const pieces: Array<Piece<A>> = []
    came += pending
    // Rows are weighed one by one only near the end of a piece.
    const isLight =
      came * inflation < bytesOfPiece || (rows.length > 0 && piece.bytes() + pending * inflation < bytesOfPiece)
    for (let at = 0; at < rows.length; ) {
      // Only when there is another row: what is left may turn out to be the last piece, which is never empty.
      if (piece.size() === rowsOfPiece || (!isLight && piece.bytes() >= bytesOfPiece)) {
        pieces.push(piece.done())
        piece = begin()
        came = pending
      }
      const some = rows.slice(at, at + (isLight ? rowsOfPiece - piece.size() : 1))
      piece.add(some)
      at += some.length
    }
    return pieces
  }
  return {
    push: (bytes) => {
      pending += bytes.length
      return Either.map(json.push(bytes), (rows) => {
        if (rows.length === 0) return []
        const pieces = cut(rows)
        pending = bytes.length
        return pieces
      })
    },
    end: () =>
      Either.map(json.end(), (rows) => {
        const pieces = cut(rows)
        return piece.size() === 0 ? pieces : [...pieces, piece.done()]
      })
  }
}

/** What is kept of a row has no more bytes than so many times those of its JSON. */
const inflation = 4

const keeping = <A>(decoder: Decoder<A>, codec?: Pick<Endpoint<A>["codec"], "encode">): Growing<A> => {
  const all: Array<A> = []
  let weighed = 0
  let bytes = 0
  return growing(
    decoder,
    {
      add: (rows) => {
        for (const row of rows) all.push(row)
      },
      bytes: () => {
        if (codec !== undefined && weighed < all.length) bytes += codec.encode(all.slice(weighed)).text.length
        weighed = all.length
        return bytes
      }
    },
    (told, { rejected, unknownFields }) => ({ ...told, page: { rows: all, rejected, unknownFields } })
  )
}

const packing = <A>(endpoint: Endpoint<A>): Growing<A> => {
  const rows = PackedRows.packer(endpoint)
  return growing(endpoint.decoder, rows, (told, { rejected, unknownFields }) =>
    unpacking(endpoint, { ...told, packed: rows.done(), rejected, unknownFields })
  )
}

const growing = <A>(
  decoder: Decoder<A>,
  kept: { readonly add: (rows: ReadonlyArray<A>) => void; readonly bytes: () => number },
  done: (told: Pick<Piece<A>, "size" | "ids">, page: Page.Growing<A>) => Piece<A>
): Growing<A> => {
  const page = Page.growing(decoder, 0)
  const ids: Array<Float64Array> = []
  let size = 0
  return {
    add: (rows) => {
      size += rows.length
      ids.push(RowHash.all(rows.map(idOf)))
      kept.add(page.add(rows))
    },
    bytes: kept.bytes,
    size: () => size,
    done: () => done({ size, ids: RowHash.joined(ids) }, page)
  }
}

/** Rows without a plain id are all alike: such a source fails anyway. */
const idOf = (row: unknown): string => {
  const id = typeof row === "object" && row !== null && "id" in row ? row.id : undefined
  return typeof id === "string" || typeof id === "number" ? String(id) : ""
}

export const sizeOf = (pieces: ReadonlyArray<Piece<unknown>>): number => pieces.reduce((sum, { size }) => sum + size, 0)
