import * as Effect from "effect/Effect"
import { sharing } from "../internal/sharing.ts"
import type * as Blocks from "./Blocks.ts"
import type * as Packed from "./Packed.ts"
import type * as Pull from "./Pull.ts"
import type { SpillFailed } from "./Spill.ts"

/** Gives the rows of blocks to any number of readers, some rows at a time: what is done with is garbage before there are many. */
export interface Unpacking<A> {
  /** Says which rows a block has, so that those who read it soon need not unpack it. */
  readonly put: (block: Blocks.Kept, rows: ReadonlyArray<A>) => void
  /** Begins to read a block, alone or at the side of others. */
  readonly open: (block: Blocks.Kept, isAlone: boolean) => Effect.Effect<Pull.Pull<ReadonlyArray<A>>, SpillFailed>
}

/**
 * Readers who are at about the same place are given the same rows: whoever comes there first unpacks them for the others, and
 * lets them go first before it goes on, so that those who start side by side unpack every row once. Who falls behind for long
 * unpacks the rest of the block alone.
 */
export const make = <A>({ decodeBy }: Pick<Packed.Codec<A>, "decodeBy">): Unpacking<A> => {
  const shared = sharing(
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
/** Blocks that readers are in together; of each, so many parts wait for those who come later. */
const blocksShared = 2
const partsShared = 2

const pullOf = <A>(parts: Iterator<A, undefined>): Pull.Pull<A> => Effect.sync(() => parts.next().value)

/** Parts for several readers, who each get all of them: made once, as long as nobody is more than a few parts behind the first. */
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
