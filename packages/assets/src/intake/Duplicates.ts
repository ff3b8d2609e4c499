import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"

/** How rows are told apart. */
export interface Identity<in A> {
  readonly id: (row: A) => string
  /** Of two rows with one id, the one with the greater version wins; of equal ones, the later one. */
  readonly version: (row: A) => string
  /** All of the row, to tell whether two rows with one id are the same. */
  readonly content: (row: A) => string
}

/** A dataset in which every id occurs once. */
export interface Distinct<out A> {
  readonly rows: Dataset.Dataset<A>
  /** Rows that were left out. */
  readonly duplicates: number
  /** Ids that came with different contents. */
  readonly conflicts: number
}

/** Notices ids that may have come before, while rows stream by. */
export interface Detector<in A> {
  readonly see: (rows: ReadonlyArray<A>) => void
  /** Hashes of ids that came, or seem to have come, more than once. */
  readonly suspects: ReadonlySet<number>
}

/** A detector, which costs 16 to 32 bytes per row and no false negatives: ids are kept as 53-bit hashes. */
export const detector = <A>(identity: Pick<Identity<A>, "id">): Detector<A> => {
  const suspects = new Set<number>()
  let slots = new Float64Array(1_024)
  let count = 0
  const add = (hash: number): boolean => {
    const mask = slots.length - 1
    let at = hash & mask
    for (let found = slots[at]; found !== 0; found = slots[at]) {
      if (found === hash) return false
      at = (at + 1) & mask
    }
    slots[at] = hash
    return true
  }
  const grow = () => {
    const old = slots
    slots = new Float64Array(old.length * 2)
    for (const hash of old) if (hash !== 0) add(hash)
  }
  return {
    suspects,
    see: (rows) => {
      for (const row of rows) {
        const hash = hashOf(identity.id(row))
        if (!add(hash)) suspects.add(hash)
        else if (++count * 2 > slots.length) grow()
      }
    }
  }
}

/**
 * Leaves out all rows but one of each id. Without suspects that is free; with them, the rows are read once more, and the
 * suspected ids are kept in memory.
 */
export const remove = Effect.fn("Duplicates.remove")(function* <A>(
  rows: Dataset.Dataset<A>,
  suspects: ReadonlySet<number>,
  identity: Identity<A>
): Effect.fn.Return<Distinct<A>, SpillFailed> {
  if (suspects.size === 0) return { rows, duplicates: 0, conflicts: 0 }
  const best = new Map<string, Candidate>()
  const losers = new Set<number>()
  let ordinal = 0
  yield* Dataset.forEachChunk(rows, (chunk) =>
    Effect.sync(() => {
      for (const row of chunk) {
        const at = ordinal++
        const id = identity.id(row)
        if (!suspects.has(hashOf(id))) continue
        const candidate = { ordinal: at, version: identity.version(row), content: hashOf(identity.content(row)) }
        const rival = best.get(id)
        if (rival === undefined) {
          best.set(id, { ...candidate, conflict: false })
          continue
        }
        const conflict = rival.conflict || rival.content !== candidate.content
        const wins = candidate.version >= rival.version
        losers.add(wins ? rival.ordinal : at)
        best.set(id, { ...(wins ? candidate : rival), conflict })
      }
    })
  )
  const conflicts = [...best.values()].filter((candidate) => candidate.conflict).length
  if (losers.size === 0) return { rows, duplicates: 0, conflicts }
  const kept = Dataset.filter(rows, (_row, at) => !losers.has(at))
  return { rows: Dataset.fromChunks(kept.chunks, ordinal - losers.size), duplicates: losers.size, conflicts }
})

interface Candidate {
  readonly ordinal: number
  readonly version: string
  readonly content: number
  readonly conflict: boolean
}

/** cyrb53: 53 bits of a string, never 0 (https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js). */
const hashOf = (text: string): number => {
  let h1 = 0xdeadbeef
  let h2 = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    h1 = Math.imul(h1 ^ unit, 2654435761)
    h2 = Math.imul(h2 ^ unit, 1597334677)
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909)
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909)
  return 4294967296 * (2097151 & h2) + (h1 >>> 0) || 1
}
