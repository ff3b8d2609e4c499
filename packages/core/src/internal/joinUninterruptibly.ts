import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * The same effect, but an interrupted caller continues only when all of the effect has ended. An interrupted race or timeout does
 * not wait for its fibers: one that holds a connection would still use it while others close it.
 */
export const joinUninterruptibly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )
