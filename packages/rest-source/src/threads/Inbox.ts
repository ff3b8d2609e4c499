import * as Effect from "effect/Effect"

/** The messages for one reader, in order. */
export interface Inbox<A, E> {
  readonly put: (message: A) => void
  /** Ends the inbox, with the reason. */
  readonly end: (why: E) => void
  /** Waits for the next message; fails if the inbox has ended. One reader waits at a time. */
  readonly take: Effect.Effect<A, E>
}

export const make = <A, E>(): Inbox<A, E> => {
  const messages: Array<A> = []
  let ended: Effect.Effect<never, E> | undefined
  let waiting: ((outcome: Effect.Effect<A, E>) => void) | undefined
  const wake = (outcome: Effect.Effect<A, E>): boolean => {
    const resume = waiting
    waiting = undefined
    resume?.(outcome)
    return resume !== undefined
  }
  return {
    put: (message) => {
      if (!wake(Effect.succeed(message))) messages.push(message)
    },
    end: (why) => {
      ended = Effect.fail(why)
      wake(ended)
    },
    take: Effect.async((resume) => {
      const message = messages.shift()
      if (message !== undefined) return resume(Effect.succeed(message))
      if (ended !== undefined) return resume(ended)
      waiting = resume
      return Effect.sync(() => {
        waiting = undefined
      })
    })
  }
}
