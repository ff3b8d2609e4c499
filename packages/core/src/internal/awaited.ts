import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * The same effect, but whoever is interrupted meanwhile goes on only when all of it has ended. An interrupted race or timeout
 * does not wait for what it was made of: what holds a connection would still use it while others close it.
 */
export const awaited = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )
