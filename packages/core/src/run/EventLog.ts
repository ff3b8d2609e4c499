import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Schedule from "effect/Schedule"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as EventFeed from "./EventFeed.ts"
import { isRecorded, type RunEvent } from "./RunEvent.ts"
import * as RunResult from "./RunResult.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** An event without its timestamp. */
export type Draft = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, "at"> : never) : never

/**
 * Records one run's events in the store, then passes them to the observers. Emitting never waits; events are stored in batches,
 * in order.
 */
export interface EventLog {
  readonly emit: (event: Draft) => Effect.Effect<void>
  /** Emits outside of an Effect, at a time in milliseconds since the epoch. */
  readonly unsafeEmit: (event: Draft, now: number) => void
  /** Never succeeds. Fails when the store refuses events. */
  readonly failed: Effect.Effect<never, RunStoreFailed>
  /** Waits until every event is recorded, and returns the result of the run. Does not wait for observers. */
  readonly close: Effect.Effect<RunResult.RunResult, RunStoreFailed>
  /** Stops recording without waiting. Events that the store has not taken yet are lost. */
  readonly abandon: Effect.Effect<void>
  /** Waits until every observer has received every event; run it after `close`. Interrupting the wait stops the observers. */
  readonly seen: Effect.Effect<void>
}

/**
 * Opens a run's log, which must be closed. Events are numbered, so an append whose answer was lost is repeated without writing
 * twice. A retryable error is retried for some seconds before the run fails.
 */
export const make = (
  runId: string,
  observers: ReadonlyArray<EventFeed.Observer> = []
): Effect.Effect<EventLog, never, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const mailbox = yield* Mailbox.make<RunEvent>()
    const failure = yield* Deferred.make<never, RunStoreFailed>()
    const feeds = yield* Effect.forEach(observers, (observe) => EventFeed.make(runId, observe))
    const result = RunResult.folding()
    let recorded = 0

    const carry = Effect.fnUntraced(function* (events: ReadonlyArray<RunEvent>) {
      const record = events.filter(isRecorded)
      if (record.length > 0) yield* Effect.retry(store.append(record, recorded), retry)
      result.add(record)
      for (const feed of feeds) feed.offer(events, recorded)
      recorded += record.length
    })
    const drain: Effect.Effect<void, RunStoreFailed> = Effect.flatMap(mailbox.takeAll, ([events, done]) =>
      Effect.flatMap(carry(Chunk.toReadonlyArray(events)), () => (done ? Effect.void : drain))
    )
    const fiber = yield* Effect.forkDaemon(Effect.tapErrorCause(drain, (cause) => Deferred.failCause(failure, cause)))

    const ended = Effect.forEach(feeds, (feed) => feed.end, { discard: true })
    const timeOf = isoTimes()
    const unsafeEmit = (event: Draft, now: number) => {
      mailbox.unsafeOffer(unsafeCast<RunEvent>({ ...event, at: timeOf(now) }))
    }
    return {
      emit: (event) => Effect.map(Clock.currentTimeMillis, (now) => unsafeEmit(event, now)),
      unsafeEmit,
      failed: Deferred.await(failure),
      close: mailbox.end.pipe(Effect.zipRight(Fiber.join(fiber)), Effect.map(result.result), Effect.ensuring(ended)),
      abandon: Effect.zipRight(Fiber.interruptFork(fiber), ended),
      seen: Effect.forEach(feeds, (feed) => feed.seen, { concurrency: "unbounded", discard: true })
    }
  })

/** Formats times as ISO 8601 in UTC. Events of one millisecond share one text. */
const isoTimes = () => {
  let millis = Number.NaN
  let text = ""
  return (now: number): string => {
    if (now !== millis) {
      millis = now
      text = new Date(now).toISOString()
    }
    return text
  }
}

const retry = {
  while: (error: RunStoreFailed) => error.retryable,
  schedule: Schedule.intersect(Schedule.exponential("100 millis"), Schedule.recurs(5))
}
