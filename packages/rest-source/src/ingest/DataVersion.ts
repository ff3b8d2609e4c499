import type { Packed } from "@sluice/core/data/Packed"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"

type Keyed = NonNullable<Fingerprints["Type"]>

/** The store's keyed fingerprint of some rows: personal values go into it and nowhere else. */
export const ofRows = (fingerprints: Keyed, { lengths, rows, text }: Packed): string => {
  const all = fingerprints.start()
  // Texts run together: only with their lengths do they say where one ends.
  all.add(`${rows} ${lengths.length} `)
  all.add(lengths)
  all.add(text)
  return all.end()
}

/**
 * The version of a source's data, from the fingerprints of its pages that have rows, in order: equal for equal rows that are
 * paged in the same way. Rows that are paged in another way count as other data. An erasure takes rows out of what was made
 * of the same data, and one that is undone lets them in again: each begins another `epoch`.
 */
export const ofPages = (fingerprints: Keyed, source: string, pages: ReadonlyArray<string>, epoch: number): string => {
  const all = fingerprints.start()
  all.add([source, ...pages].join("\n"))
  return epoch === 0 ? all.end() : `${all.end()}.${epoch}`
}
