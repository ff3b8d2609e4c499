import * as Effect from "effect/Effect"

/** Gives sockets, timers and signals a turn. `Effect.yieldNow` gives only other fibers one. */
export const turn: Effect.Effect<void> = Effect.async((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})
