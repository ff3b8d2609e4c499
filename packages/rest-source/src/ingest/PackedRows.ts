import { deflateRawSync } from "node:zlib"
import { type Codec, joined, type Packed } from "@sluice/core/data/Packed"
import type { PageIds } from "@sluice/core/source/SourcePages"
import * as RowHash from "./RowHash.ts"

/** Some rows as they are kept, and what is noted of their ids, for whoever need not look at the rows themselves. */
export interface PackedRows {
  readonly packed: Packed
  /** The rows' ids, in order, as `packIds` has them. */
  readonly ids: PageIds
  /** The same as `RowHash` has them. */
  readonly hashes: Float64Array
  /** Hashes of the rows themselves, in order. */
  readonly contents: Float64Array
}

/** How rows of a source are packed and told apart. */
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
 * Packs rows that come some at a time: what comes of them is the same. Nothing is kept of them but bytes, so that rows of
 * a page, which takes a while to come, are not what the garbage collector finds alive.
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
 * Ids, some in each text, as few bytes as are quickly made: consecutive numbers take two or three each. A copy: what Node answers
 * is a part of 16 KB, all of which would be kept, and sent from thread to thread, for a few ids.
 */
const packIds = (ids: ReadonlyArray<string>): PageIds => new Uint8Array(deflateRawSync(`[${ids.join(",")}]`, { level: 1 }))
