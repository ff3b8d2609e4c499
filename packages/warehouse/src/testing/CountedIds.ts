import type * as Mask from "@sluice/core/relation/Mask"
import * as Effect from "effect/Effect"
import { RandomIds } from "../sql/RandomIds.ts"

/** Mask ids that count up, so that tests can predict them. */
export interface CountedIds {
  /** The highest id of a mask; 0 if it has none. */
  readonly last: (mask: Mask.Any) => number
  /** Runs an effect that draws the next ids for a mask. */
  readonly counted: <A, E, R>(mask: Mask.Any, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs an effect that draws this id for a mask. */
  readonly given: <A, E, R>(mask: Mask.Any, id: number, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export const make = (): CountedIds => {
  const highest = new Map<string, number>()
  const last = ({ name }: Mask.Any) => highest.get(name) ?? 0
  return {
    last,
    counted: (mask, effect) =>
      Effect.provideService(effect, RandomIds, (count) => {
        const first = last(mask) + 1
        highest.set(mask.name, last(mask) + count)
        return Array.from({ length: count }, (_, index) => first + index)
      }),
    given: (mask, id, effect) =>
      Effect.provideService(effect, RandomIds, () => {
        highest.set(mask.name, Math.max(last(mask), id))
        return [id]
      })
  }
}
