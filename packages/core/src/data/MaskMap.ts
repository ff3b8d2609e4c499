import { erase } from "../internal/erase.ts"
import type { MaskId } from "./MaskId.ts"
import type { Pii } from "./Pii.ts"
import { reveal } from "./PiiReveal.ts"

/** The mask ids of one kind of personal value. A map of cities cannot be asked for a zip code: that does not compile. */
export interface MaskMap<in out K extends string> {
  readonly kind: K
  readonly size: number
  /** The mask id of a value; `undefined` for one that was never masked. */
  readonly get: (value: Pii<K>) => MaskId<K> | undefined
}

/** Of values in the clear (which stay inside) and their ids. */
export const fromMap = <const K extends string>(kind: K, ids: ReadonlyMap<string, number>): MaskMap<K> => ({
  kind,
  size: ids.size,
  get: (value) => erase(ids.get(reveal(value)))
})

/** For tests: `MaskMap.of("city", { London: 1 })`. */
export const of = <const K extends string>(kind: K, ids: Readonly<Record<string, number>>): MaskMap<K> =>
  fromMap(kind, new Map(Object.entries(ids)))
