import { createHash } from "node:crypto"
import * as Either from "effect/Either"
import type { Decoder } from "../domain/Decoder.ts"
import * as Page from "../domain/Page.ts"
import type { PackedRows } from "../intake/PackedRows.ts"
import * as JsonRows from "./JsonRows.ts"

/** Decoded rows that follow each other in an answer. */
export interface Piece<out A> {
  /** How many rows of the answer it was made of. */
  readonly size: number
  /** Which rows those were, by a hash of their ids in order: two answers that begin with equal pieces are one and the same. */
  readonly identity: string
  /** The rows, the place of the first of which in the whole answer is 0. */
  readonly page: Page.Page<A>
  /** The rows as they are kept, where they have been packed already: then `page` has yet to unpack them. */
  readonly packed?: PackedRows
}

/** A piece of an answer that has no rows. */
export const nothing: Piece<never> = { size: 0, identity: "", page: { rows: [], rejected: [], unknownFields: new Map() } }

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
  /** Rows of every piece but the last one: however the text comes in, the pieces are the same. */
  readonly rowsOfPiece: number
}

/** A cutter of one text. An answer without rows has no piece; every other has a last one, which comes with its end. */
export const cutter = <A>(decoder: Decoder<A>, { maxRowBytes, rowsOfPiece }: CutterOptions): Cutter<A> => {
  const json = JsonRows.make(maxRowBytes)
  let waiting: Array<unknown> = []

  const cut = (rows: ReadonlyArray<unknown>): ReadonlyArray<Piece<A>> => {
    for (const row of rows) waiting.push(row)
    const pieces: Array<Piece<A>> = []
    let at = 0
    // What is left may turn out to be the last piece, which is never empty.
    for (; waiting.length - at > rowsOfPiece; at += rowsOfPiece) {
      pieces.push(pieceOf(decoder, waiting.slice(at, at + rowsOfPiece)))
    }
    if (at > 0) waiting = waiting.slice(at)
    return pieces
  }
  return {
    push: (bytes) => Either.map(json.push(bytes), cut),
    end: () =>
      Either.map(json.end(), (rows) => {
        const pieces = cut(rows)
        return waiting.length === 0 ? pieces : [...pieces, pieceOf(decoder, waiting)]
      })
  }
}

/** Rows as one piece. */
export const pieceOf = <A>(decoder: Decoder<A>, rows: ReadonlyArray<unknown>): Piece<A> => ({
  size: rows.length,
  identity: identityOf(rows),
  page: Page.decode(decoder, rows, 0)
})

/** Rows without a plain id are all alike: such a source fails anyway. */
const identityOf = (rows: ReadonlyArray<unknown>): string => {
  let ids = ""
  for (const row of rows) {
    const id = typeof row === "object" && row !== null && "id" in row ? row.id : undefined
    ids += typeof id === "string" || typeof id === "number" ? `${typeof id}:${id}\n` : "\n"
  }
  return createHash("sha256").update(ids).digest("base64")
}

export const sizeOf = (pieces: ReadonlyArray<Piece<unknown>>): number => pieces.reduce((sum, { size }) => sum + size, 0)
