import type { Pii } from "./Pii.ts"
import { reveal } from "./PiiReveal.ts"

/** The mask ids of one kind of personal value. A map of cities cannot be asked for a zip code: that does not compile. */
export interface MaskMap<in out K extends string> {
  readonly kind: K
  readonly size: number
  /** The mask id of a value; `undefined` for one that was never masked. */
  readonly get: (value: Pii<K>) => number | undefined
}

/** From values in the clear (which stay inside) to their ids. */
export const fromEntries = <const K extends string>(kind: K, entries: Iterable<readonly [string, number]>): MaskMap<K> => {
  const ids = new Map(entries)
  return { kind, size: ids.size, get: (value) => ids.get(reveal(value)) }
}

/** For tests: `MaskMap.of("city", { London: 1 })`. */
export const of = <const K extends string>(kind: K, ids: Readonly<Record<string, number>>): MaskMap<K> =>
  fromEntries(kind, Object.entries(ids))
