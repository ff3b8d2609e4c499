import type { Packed } from "@sluice/core/data/Packed"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"

type Keyed = NonNullable<Fingerprints["Type"]>

/** The store's keyed fingerprint of some rows. Personal values enter only this fingerprint. */
export const ofRows = (fingerprints: Keyed, { lengths, rows, text }: Packed): string => {
  const all = fingerprints.start()
  // The texts are concatenated, so their lengths mark where each one ends.
  all.add(`${rows} ${lengths.length} `)
  all.add(lengths)
  all.add(text)
  return all.end()
}

/**
 * The version of a source's data, from the ordered fingerprints of its pages with rows. Equal rows in equal pages have equal
 * versions; the same rows in other pages do not. An erasure, or the undo of one, changes the rows that are kept, so each starts
 * another `epoch`.
 */
export const ofPages = (fingerprints: Keyed, source: string, pages: ReadonlyArray<string>, epoch: number): string => {
  const all = fingerprints.start()
  all.add([source, ...pages].join("\n"))
  return epoch === 0 ? all.end() : `${all.end()}.${epoch}`
}
