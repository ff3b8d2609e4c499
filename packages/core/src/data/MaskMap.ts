import { type Pii, reveal } from "@sluice/pii"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { MaskId } from "./MaskId.ts"

/** Maps personal values of one kind to their mask ids. Looking up a zip code in the map of cities does not compile. */
export interface MaskMap<in out K extends string> {
  readonly kind: K
  readonly size: number
  /** The mask id of a value; `undefined` if the value was never masked. */
  readonly get: (value: Pii<K>) => MaskId<K> | undefined
}

/** A map from values in the clear, which stay inside, to their ids. */
export const fromMap = <const K extends string>(kind: K, ids: ReadonlyMap<string, number>): MaskMap<K> => ({
  kind,
  size: ids.size,
  get: (value) => unsafeCast(ids.get(reveal(value)))
})

/** A map for tests: `MaskMap.of("city", { London: 1 })`. */
export const of = <const K extends string>(kind: K, ids: Readonly<Record<string, number>>): MaskMap<K> =>
  fromMap(kind, new Map(Object.entries(ids)))

/** Collects the ids of one mask's values, for a masker in memory. */
export interface Ids {
  readonly size: () => number
  readonly has: (value: Pii<string>) => boolean
  readonly set: (value: Pii<string>, id: number) => void
  /** A map of the ids that were collected so far. */
  readonly toMap: <K extends string>(kind: K) => MaskMap<K>
}

export const ids = (): Ids => {
  const given = new Map<string, number>()
  return {
    size: () => given.size,
    has: (value) => given.has(reveal(value)),
    set: (value, id) => void given.set(reveal(value), id),
    toMap: (kind) => fromMap(kind, new Map(given))
  }
}
