import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/**
 * Shares the last `most` results, and those in progress, between callers with the same key. `put` adds a result without work. A
 * caller that shares a result is faster than the first one, so readers that start together stay together. `ready` waits until
 * the work can begin. This wait is interruptible. The work is not, because other callers share it.
 */
export const memoizeRecent = <K extends object, W, A, E>(
  most: number,
  ready: (key: K) => Effect.Effect<W, E>,
  work: (ready: W) => Effect.Effect<A, E>
) => {
  const recent = new Map<K, Deferred.Deferred<A, E>>()
  const remember = (key: K, result: Deferred.Deferred<A, E>) => {
    recent.set(key, result)
    for (const oldest of recent.keys()) if (recent.size > most) recent.delete(oldest)
    return result
  }
  const share = (key: K, start: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) => {
      const found = recent.get(key)
      if (found !== undefined) return restore(Deferred.await(found))
      const result = remember(key, Deferred.unsafeMake<A, E>(FiberId.none))
      return Effect.zipRight(Effect.intoDeferred(start, result), Deferred.await(result))
    })
  return {
    has: (key: K): boolean => recent.has(key),
    put: (key: K, value: A): void =>
      Deferred.unsafeDone(remember(key, Deferred.unsafeMake<A, E>(FiberId.none)), Effect.succeed(value)),
    get: (key: K): Effect.Effect<A, E> =>
      Effect.suspend(() => {
        const found = recent.get(key)
        return found === undefined
          ? Effect.flatMap(ready(key), (prepared) => share(key, work(prepared)))
          : Deferred.await(found)
      })
  }
}
