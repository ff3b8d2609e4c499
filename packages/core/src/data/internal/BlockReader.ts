import * as Effect from "effect/Effect"
import { memoizeRecent } from "../../internal/memoizeRecent.ts"
import type * as Packed from "../Packed.ts"
import type { SpillFailed } from "../Spill.ts"
import type * as Blocks from "./Blocks.ts"
import type * as Pull from "./Pull.ts"

/**
 * Unpacks the rows of blocks for any number of readers, some rows at a time, so that rows are garbage soon.
 *
 * Kept for time and memory: five assets read the users. Without it, each unpacks every row (1.9 µs of CPU), and blocks of 5,000
 * rows outlive V8's young generation (`Pull` has the numbers).
 */
export interface BlockReader<A> {
  /** Provides the unpacked rows of a new block, for readers that read it soon. */
  readonly put: (block: Blocks.Kept, rows: ReadonlyArray<A>) => void
  /** Opens a block for a reader, which may be the only one. */
  readonly open: (block: Blocks.Kept, isAlone: boolean) => Effect.Effect<Pull.Pull<ReadonlyArray<A>>, SpillFailed>
}

/**
 * Readers at about the same place share the same rows. The first reader unpacks them for the others, and then yields, so that
 * readers that start together unpack every row once. A reader that falls far behind unpacks the rest of the block alone.
 */
export const make = <A>({ decodeBy }: Pick<Packed.Codec<A>, "decodeBy">): BlockReader<A> => {
  const shared = memoizeRecent(
    blocksShared,
    (block: Blocks.Kept) => block,
    (read) => Effect.map(read, (packed) => sharedParts(() => decodeBy(rowsAtOnce, packed)))
  )
  return {
    put: (block, rows) =>
      shared.put(
        block,
        sharedParts(() => [rows].values())
      ),
    open: (block, isAlone) =>
      isAlone && !shared.has(block)
        ? Effect.map(Effect.flatten(block), (packed) => pullOf(decodeBy(rowsAtOnce, packed)))
        : Effect.map(shared.get(block), (parts) => Effect.zipRight(Effect.yieldNow(), pullOf(parts())))
  }
}

const rowsAtOnce = 250
/** Blocks that readers share at the same time, and the parts of each block that are kept for later readers. */
const blocksShared = 2
const partsShared = 2

const pullOf = <A>(parts: Iterator<A, undefined>): Pull.Pull<A> => Effect.sync(() => parts.next().value)

/** Shares the parts of one iteration among several readers, as long as no reader is more than a few parts behind the first. */
const sharedParts = <A>(make: () => IterableIterator<A>): (() => Generator<A, undefined>) => {
  const parts = make()
  const recent: Array<A> = []
  let first = 0
  return function* () {
    for (let at = 0; ; at++) {
      if (at < first) {
        for (const part of make()) if (at-- <= 0) yield part
        return undefined
      }
      if (at - first === recent.length) {
        const part = parts.next()
        if (part.done) return undefined
        recent.push(part.value)
        if (recent.length > partsShared) {
          recent.shift()
          first++
        }
      }
      const part = recent[at - first]
      if (part !== undefined) yield part
    }
  }
}
