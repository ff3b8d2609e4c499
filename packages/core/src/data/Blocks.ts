import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Packed from "./Packed.ts"
import { Spill, type SpillFailed } from "./Spill.ts"

/** A block that is kept somewhere: how to get at it, any number of times. */
export type Kept = Effect.Effect<Packed.Packed, SpillFailed>

/** Keeps a block. */
export type Keep = (packed: Packed.Packed) => Effect.Effect<Kept, SpillFailed>

/**
 * Keeps blocks of a dataset in memory as far as `Spill` lets them, and the rest in an encrypted file that goes with the scope.
 * Blocks count in the order in which they are given, whenever they are kept. The last few of the file are in memory too, so that
 * readers who follow closely need not read them back.
 */
export const keeper: Effect.Effect<Keep, never, Spill | Scope.Scope> = Effect.gen(function* () {
  const spill = yield* Spill
  const scope = yield* Effect.scope
  const file = yield* Effect.cached(Effect.provideService(spill.open({ compress: true }), Scope.Scope, scope))
  const held = lastOf({ bytes: bytesHeld, rows: spill.rowsInMemory })
  let rows = 0
  let bytes = 0
  const write = Effect.fnUntraced(function* (packed: Packed.Packed): Effect.fn.Return<Kept, SpillFailed> {
    const { read, write } = yield* file
    const readBack = Effect.map(read(yield* write(Packed.toBytes(packed))), Packed.fromBytes)
    const stillHeld = held(packed)
    return Effect.suspend(() => {
      const packed = stillHeld()
      return packed === undefined ? readBack : Effect.succeed(packed)
    })
  })
  return (packed) => {
    rows += packed.rows
    bytes += Packed.size(packed)
    const fits = rows <= spill.rowsInMemory && bytes <= spill.bytesInMemory
    return fits ? Effect.succeed(Effect.succeed(packed)) : write(packed)
  }
})

/** Bytes of the last blocks of the file; they are no more rows than may be in memory at all. */
const bytesHeld = 1024 * 1024

/** Holds on to the last blocks within a limit; each is let go of where the next do not fit beside it. */
const lastOf = (limit: { readonly bytes: number; readonly rows: number }) => {
  const held = new Set<{ packed: Packed.Packed | undefined }>()
  let bytes = 0
  let rows = 0
  return (packed: Packed.Packed): (() => Packed.Packed | undefined) => {
    const place: { packed: Packed.Packed | undefined } = { packed }
    held.add(place)
    bytes += Packed.size(packed)
    rows += packed.rows
    for (const oldest of held) {
      if (oldest.packed === undefined || (bytes <= limit.bytes && rows <= limit.rows)) break
      held.delete(oldest)
      bytes -= Packed.size(oldest.packed)
      rows -= oldest.packed.rows
      oldest.packed = undefined
    }
    return () => place.packed
  }
}
