import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/**
 * Runs `all`, which starts one effect after another. At most `most` of them run at a time; starting another one waits. It ends
 * when all effects have ended. If one fails, it fails at once, and the others are interrupted.
 */
export const forkBounded = <A, E, R, E2, R2>(
  most: number,
  all: (start: (one: Effect.Effect<unknown, E, R>) => Effect.Effect<void, never, R>) => Effect.Effect<A, E2, R2>
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.scopedWith((scope) =>
    Effect.gen(function* () {
      const outcome = yield* Deferred.make<A, E | E2>()
      const turns = yield* Effect.makeSemaphore(most)
      const start = (one: Effect.Effect<unknown, E, R>) => {
        const told = Effect.catchAllCause(one, (cause) => Deferred.failCause(outcome, cause))
        const started = Effect.forkIn(Effect.ensuring(told, turns.release(1)), scope)
        return Effect.zipRight(turns.take(1), Effect.asVoid(started))
      }
      yield* Effect.forkIn(Effect.intoDeferred(Effect.zipLeft(all(start), turns.take(most)), outcome), scope)
      return yield* Deferred.await(outcome)
    })
  )
