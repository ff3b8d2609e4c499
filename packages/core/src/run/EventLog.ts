import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Schedule from "effect/Schedule"
import { isRecorded, type RunEvent } from "./RunEvent.ts"
import * as RunResult from "./RunResult.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** An event before it is given its time. */
export type Draft = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, "at"> : never) : never

/** One run's way to the store and to whoever watches: events go in at once and are carried on in batches, in order. */
export interface EventLog {
  readonly emit: (event: Draft) => Effect.Effect<void>
  /** The same from outside of an Effect, at a time in milliseconds since the epoch. */
  readonly unsafeEmit: (event: Draft, now: number) => void
  /** Never succeeds; fails when the store refuses events. */
  readonly failed: Effect.Effect<never, RunStoreFailed>
  /** Waits until every event has arrived, and tells what they add up to. */
  readonly close: Effect.Effect<RunResult.RunResult, RunStoreFailed>
}

/** Opens a log; it must be closed. An append that may succeed later is tried for some seconds before the run is given up. */
export const make = (
  observe: (events: ReadonlyArray<RunEvent>) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<EventLog, never, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const mailbox = yield* Mailbox.make<RunEvent>()
    const failure = yield* Deferred.make<never, RunStoreFailed>()
    const recorded: Array<RunEvent> = []

    const carry = Effect.fnUntraced(function* (events: ReadonlyArray<RunEvent>) {
      const record = events.filter(isRecorded)
      recorded.push(...record)
      if (record.length > 0) yield* Effect.retry(store.append(record), retry)
      yield* observe(events)
    })
    const drain: Effect.Effect<void, RunStoreFailed> = Effect.flatMap(mailbox.takeAll, ([events, done]) =>
      Effect.flatMap(carry(Chunk.toReadonlyArray(events)), () => (done ? Effect.void : drain))
    )
    const fiber = yield* Effect.forkDaemon(Effect.tapError(drain, (error) => Deferred.fail(failure, error)))

    const unsafeEmit = (event: Draft, now: number) => {
      mailbox.unsafeOffer({
        ...event,
        at: new Date(now).toISOString()
      } as RunEvent)
    }
    return {
      emit: (event) => Effect.map(Clock.currentTimeMillis, (now) => unsafeEmit(event, now)),
      unsafeEmit,
      failed: Deferred.await(failure),
      close: mailbox.end.pipe(
        Effect.zipRight(Fiber.join(fiber)),
        Effect.map(() => RunResult.fromEvents(recorded))
      )
    }
  })

const retry = {
  while: (error: RunStoreFailed) => error.retryable,
  schedule: Schedule.intersect(Schedule.exponential("100 millis"), Schedule.recurs(5))
}
