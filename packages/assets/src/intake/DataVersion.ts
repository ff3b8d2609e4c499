import type * as Dataset from "@sluice/core/data/Dataset"
import type { Fingerprints } from "@sluice/warehouse/Fingerprints"

/** Takes in a source's rows, and tells which data they are. */
export interface DataVersion<in A> {
  readonly add: (rows: ReadonlyArray<A>) => void
  /** Equal for equal rows in equal order, however they were paged. Undefined where nothing can be told. */
  readonly end: () => string | undefined
}

/** Begins with no rows. Personal values go into the store's keyed fingerprint and nowhere else. */
export const begin = <A>(
  fingerprints: Fingerprints["Type"],
  source: string,
  codec: Pick<Dataset.Codec<A>, "encode">
): DataVersion<A> => {
  const fingerprint = fingerprints?.start()
  fingerprint?.add(`${source}\n`)
  return {
    add: (rows) => {
      if (fingerprint === undefined || rows.length === 0) return
      // Without the brackets around a page's rows, it does not matter where one page ended and the next began.
      fingerprint.add(codec.encode(rows).slice(1, -1))
      fingerprint.add(",")
    },
    end: () => fingerprint?.end()
  }
}

/** A codec that encodes the same rows once, where they are asked for twice in a row: rows that spill have just been added. */
export const encodingOnce = <A>(codec: Dataset.Codec<A>): Dataset.Codec<A> => {
  let last: { readonly rows: ReadonlyArray<A>; readonly text: string } | undefined
  return {
    decode: codec.decode,
    encode: (rows) => {
      if (last?.rows !== rows) last = { rows, text: codec.encode(rows) }
      return last.text
    }
  }
}
