/**
 * The names nearest to one that does not exist, nearest first: those within a third of its length in edits
 * (Damerau–Levenshtein, optimal string alignment), or that contain it or begin like it.
 */
export const suggest = (unknown: string, names: Iterable<string>, limit = 3): ReadonlyArray<string> => {
  const wanted = unknown.toLowerCase()
  const scored: Array<readonly [score: number, name: string]> = []
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase())
    const near = distance <= Math.max(2, Math.floor(wanted.length / 3))
    const alike = wanted.length >= 3 && name.toLowerCase().includes(wanted)
    if (near || alike) scored.push([alike ? Math.min(distance, 1) : distance, name])
  }
  return scored
    .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, limit)
    .map(([, name]) => name)
}

/** "Did you mean a, b or c?", or nothing. */
export const didYouMean = (unknown: string, names: Iterable<string>, limit = 3): string => {
  const near = suggest(unknown, names, limit)
  if (near.length === 0) return ""
  const last = near.at(-1)
  return ` Did you mean ${near.length === 1 ? last : `${near.slice(0, -1).join(", ")} or ${last}`}?`
}

/**
 * How many letters must be put in, left out, replaced or swapped with the next one to make one word of the other; Infinity
 * where it is more than `most`, which is soon seen of words that are not alike.
 */
export const editDistance = (a: string, b: string, most = Number.POSITIVE_INFINITY): number => {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY
  let beforePrevious: Array<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    // Farther from the diagonal than `most`, everything is more than that.
    const first = Math.max(1, i - most)
    const last = Math.min(b.length, i + most)
    const current = new Array<number>(b.length + 1).fill(Number.POSITIVE_INFINITY)
    current[0] = i
    let least = first === 1 ? i : Number.POSITIVE_INFINITY
    for (let j = first; j <= last; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substituted)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1)
      }
      current[j] = best
      least = Math.min(least, best)
    }
    // The least of a row is never less than that of the row before.
    if (least > most) return Number.POSITIVE_INFINITY
    beforePrevious = previous
    previous = current
  }
  const distance = previous[b.length] ?? 0
  return distance > most ? Number.POSITIVE_INFINITY : distance
}
