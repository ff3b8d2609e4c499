import { distance } from "fastest-levenshtein"

/**
 * Returns the names most similar to an unknown name, the most similar first: those within a third of its length in edits
 * (Levenshtein), and those that contain it.
 */
export const suggest = (unknown: string, names: Iterable<string>, limit = 3): ReadonlyArray<string> => {
  const wanted = unknown.toLowerCase()
  const scored: Array<readonly [score: number, name: string]> = []
  for (const name of names) {
    const edits = distance(wanted, name.toLowerCase())
    const near = edits <= Math.max(2, Math.floor(wanted.length / 3))
    const alike = wanted.length >= 3 && name.toLowerCase().includes(wanted)
    if (near || alike) scored.push([alike ? Math.min(edits, 1) : edits, name])
  }
  return scored
    .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, limit)
    .map(([, name]) => name)
}

/** "Did you mean a, b or c?", or empty text. */
export const didYouMean = (unknown: string, names: Iterable<string>, limit = 3): string => {
  const near = suggest(unknown, names, limit)
  if (near.length === 0) return ""
  const last = near.at(-1)
  return ` Did you mean ${near.length === 1 ? last : `${near.slice(0, -1).join(", ")} or ${last}`}?`
}
