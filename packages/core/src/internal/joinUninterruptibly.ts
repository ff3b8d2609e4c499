import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * Makes an interrupted caller wait until the effect has ended. An interrupted race or timeout does not wait for its fibers. A
 * fiber that holds a connection would still use it while other code closes it.
 */
export const joinUninterruptibly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )
