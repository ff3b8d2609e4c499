import { deflateRawSync } from "node:zlib"
import { type Codec, joined, type Packed } from "@sluice/core/data/Packed"
import type { PageIds } from "@sluice/core/source/SourcePages"
import * as RowHash from "./RowHash.ts"

/** Packed rows, with their ids and hashes, for readers that do not need the rows. */
export interface PackedRows {
  readonly packed: Packed
  /** The rows' ids, in order, packed by `packIds`. */
  readonly ids: PageIds
  /** The rows' ids, hashed by `RowHash`. */
  readonly hashes: Float64Array
  /** Hashes of the rows themselves, in order. */
  readonly contents: Float64Array
}

/** How rows of a source are packed and identified. */
export interface Packing<A> {
  readonly codec: Codec<A>
  readonly id: (row: A) => string
}

/** No rows. */
export const nothing = (): PackedRows => ({
  packed: joined([]),
  ids: packIds([]),
  hashes: new Float64Array(),
  contents: new Float64Array()
})

export const make = <A>(packing: Packing<A>, rows: ReadonlyArray<A>): PackedRows => {
  const all = packer(packing)
  all.add(rows)
  return all.done()
}

/**
 * Packs rows in several parts; the result does not depend on the parts. It keeps only bytes, so rows of a slow page do not
 * survive a garbage collection.
 */
export const packer = <A>({ codec, id }: Packing<A>) => {
  const ids: Array<string> = []
  const hashes: Array<Float64Array> = []
  const contents: Array<Float64Array> = []
  const parts: Array<Packed> = []
  let bytes = 0
  return {
    /** Bytes of the texts of all rows so far. */
    bytes: () => bytes,
    add: (rows: ReadonlyArray<A>): void => {
      if (rows.length === 0) return
      const some = rows.map((row) => id(row))
      ids.push(JSON.stringify(some).slice(1, -1))
      hashes.push(RowHash.all(some))
      contents.push(RowHash.contents(codec, rows))
      const packed = codec.encode(rows)
      bytes += packed.text.length
      parts.push(packed)
    },
    done: (): PackedRows => ({
      packed: joined(parts),
      ids: packIds(ids),
      hashes: RowHash.joined(hashes),
      contents: RowHash.joined(contents)
    })
  }
}

/**
 * Packs ids in few bytes, quickly: consecutive numbers take two or three bytes each. The result is a copy, because Node returns
 * a part of a 16 KB buffer, which would be kept and sent between threads for a few ids.
 */
const packIds = (ids: ReadonlyArray<string>): PageIds => new Uint8Array(deflateRawSync(`[${ids.join(",")}]`, { level: 1 }))
