import * as Dataset from "@sluice/core/data/Dataset"
import type { Codec } from "@sluice/core/data/Packed"
import { type Block, Spill, type SpillFailed, type SpillFile } from "@sluice/core/data/Spill"
import { hash53 } from "@sluice/core/fingerprint"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

/** How rows are identified. */
export interface Identity<A> {
  readonly id: (row: A) => string
  /** Of two rows with one id, the one with the greater version is kept; of equal versions, the later row. */
  readonly version: (row: A) => string
  /** Encodes the whole row, to compare two rows with one id. */
  readonly codec: Pick<Codec<A>, "encode">
}

/** A dataset in which every id occurs once. */
export interface Distinct<out A> {
  readonly rows: Dataset.Dataset<A>
  /** Rows that were left out. */
  readonly duplicates: number
  /** Ids with different contents. */
  readonly conflicts: number
  /** Rows that were left out and whose id was also on another page. */
  readonly overlapping: number
}

/** Finds possible duplicate ids while rows stream by. */
export interface Detector {
  /** Adds the ids of some rows, hashed by `RowHash`. */
  readonly see: (hashes: Float64Array) => Effect.Effect<void, SpillFailed>
  /** Hashes of the ids that occurred more than once, with possible false positives. Call it once, at the end. */
  readonly suspects: Effect.Effect<ReadonlySet<number>, SpillFailed>
}

/**
 * A detector without false negatives, in bounded memory. It partitions hashes by their last bits. At most `idsInMemory` hashes
 * are in memory, and the rest in an encrypted file that is deleted with the scope. At the end it searches one partition at a
 * time.
 */
export const detector = Effect.fn("Duplicates.detector")(function* (
  idsInMemory = 1_048_576
): Effect.fn.Return<Detector, never, Spill | Scope.Scope> {
  const scope = yield* Effect.scope
  const { open } = yield* Spill
  // Hashes are random bits, which do not compress.
  const file = yield* Effect.cached(Effect.provideService(open({ compress: false }), Scope.Scope, scope))
  const capacity = Math.max(1, Math.ceil(idsInMemory / partitionCount))
  const partitions = Array.from({ length: partitionCount }, (): Partition => ({ hashes: smallest(), count: 0, spilled: [] }))

  const add = (hash: number): Partition | undefined => {
    const partition = partitions[hash & (partitionCount - 1)]
    if (partition === undefined) return undefined
    if (partition.count === partition.hashes.length) partition.hashes = twice(partition.hashes)
    partition.hashes[partition.count++] = hash
    return partition.count >= capacity ? partition : undefined
  }
  const see = (hashes: Float64Array, from: number): Effect.Effect<void, SpillFailed> =>
    Effect.suspend(() => {
      for (let i = from; i < hashes.length; i++) {
        const full = add(hashes[i] ?? 0)
        if (full !== undefined) return Effect.zipRight(spill(file, full), see(hashes, i + 1))
      }
      return Effect.void
    })
  return {
    see: (hashes) => see(hashes, 0),
    suspects: Effect.suspend(() => {
      const suspects = new Set<number>()
      const findRepeated = finder(suspects)
      return Effect.as(
        Effect.forEach(partitions, (partition) => Effect.map(gather(file, partition), findRepeated), { discard: true }),
        suspects
      )
    })
  }
})

/**
 * Keeps one row of each id. Without suspects, it is free. With suspects, it reads the rows once more and keeps the suspected
 * ids in memory. `starts` are the ordinals of the first rows of all pages but the first, in order.
 */
export const remove = Effect.fn("Duplicates.remove")(function* <A>(
  rows: Dataset.Dataset<A>,
  suspects: ReadonlySet<number>,
  identity: Identity<A>,
  starts: ReadonlyArray<number> = []
): Effect.fn.Return<Distinct<A>, SpillFailed> {
  if (suspects.size === 0) return { rows, duplicates: 0, conflicts: 0, overlapping: 0 }
  const best = new Map<string, Candidate>()
  const losers = new Set<number>()
  let ordinal = 0
  let page = 0
  let overlapping = 0
  yield* Dataset.forEachChunk(rows, (chunk) =>
    Effect.sync(() => {
      for (const row of chunk) {
        const at = ordinal++
        while (at >= (starts[page] ?? Number.POSITIVE_INFINITY)) page++
        const id = identity.id(row)
        if (!suspects.has(hash53(id))) continue
        const candidate = { ordinal: at, page, version: identity.version(row), content: hash53(contentOf(identity, row)) }
        const rival = best.get(id)
        if (rival === undefined) {
          best.set(id, { ...candidate, conflict: false })
          continue
        }
        const conflict = rival.conflict || rival.content !== candidate.content
        if (rival.page !== page) overlapping++
        const wins = candidate.version >= rival.version
        losers.add(wins ? rival.ordinal : at)
        best.set(id, { ...(wins ? candidate : rival), conflict })
      }
    })
  )
  const conflicts = [...best.values()].filter((candidate) => candidate.conflict).length
  if (losers.size === 0) return { rows, duplicates: 0, conflicts, overlapping }
  const kept = Dataset.filter(rows, (_row, at) => !losers.has(at), ordinal - losers.size)
  return { rows: kept, duplicates: losers.size, conflicts, overlapping }
})

interface Candidate {
  readonly ordinal: number
  readonly page: number
  readonly version: string
  readonly content: number
  readonly conflict: boolean
}

/** Hashes with the same last bits. */
interface Partition {
  hashes: Float64Array
  count: number
  readonly spilled: Array<Block>
}

const partitionCount = 64
const smallest = () => new Float64Array(64)

const twice = (hashes: Float64Array): Float64Array => {
  const larger = new Float64Array(hashes.length * 2)
  larger.set(hashes)
  return larger
}

const spill = Effect.fnUntraced(function* (file: Effect.Effect<SpillFile, SpillFailed>, partition: Partition) {
  const bytes = new Uint8Array(partition.hashes.slice(0, partition.count).buffer)
  partition.count = 0
  partition.spilled.push(yield* Effect.flatMap(file, ({ write }) => write(bytes)))
})

/** Returns all hashes of a partition, and empties it. */
const gather = Effect.fnUntraced(function* (file: Effect.Effect<SpillFile, SpillFailed>, partition: Partition) {
  const inMemory = partition.hashes.subarray(0, partition.count)
  partition.hashes = smallest()
  partition.count = 0
  if (partition.spilled.length === 0) return [inMemory]
  const { read } = yield* file
  const blocks = yield* Effect.forEach(partition.spilled, (block) => Effect.map(read(block), hashesOf), { concurrency: 4 })
  return [inMemory, ...blocks]
})

const hashesOf = (bytes: Uint8Array): Float64Array => {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  return new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8)
}

/** Finds repeated hashes, one partition after the other, in one reused table, to avoid garbage. */
const finder = (repeated: Set<number>): ((partition: ReadonlyArray<Float64Array>) => void) => {
  let slots = new Float64Array(0)
  return (partition) => {
    const count = partition.reduce((sum, hashes) => sum + hashes.length, 0)
    const least = 2 ** Math.ceil(Math.log2(count * 2 + 1))
    if (slots.length < least) slots = new Float64Array(least)
    else slots.fill(0)
    // Open addressing, at most half full. A hash is never 0, so 0 is an empty slot.
    const mask = slots.length - 1
    for (const hashes of partition) {
      for (const hash of hashes) {
        let at = (hash / partitionCount) & mask
        let found = slots[at]
        while (found !== 0 && found !== hash) {
          at = (at + 1) & mask
          found = slots[at]
        }
        if (found === hash) repeated.add(hash)
        else slots[at] = hash
      }
    }
  }
}

const contentOf = <A>(identity: Identity<A>, row: A): string => {
  const { lengths, text } = identity.codec.encode([row])
  return `${lengths.join()} ${new TextDecoder("utf-8", { ignoreBOM: true }).decode(text)}`
}
