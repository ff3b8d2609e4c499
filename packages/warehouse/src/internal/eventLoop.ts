import * as Effect from "effect/Effect"

/** Lets sockets, timers and signals have a turn. `Effect.yieldNow` gives other fibers one, but not the event loop. */
export const turn: Effect.Effect<void> = Effect.async((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})
