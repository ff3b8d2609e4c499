import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Log from "../Log.ts"
import { isRecorded, type RunEvent } from "./RunEvent.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"
import * as StepFailure from "./StepFailure.ts"

/** Receives a run's events in order and in batches, progress included. Use it to draw or stream a run. */
export type Observer = (events: ReadonlyArray<RunEvent>) => Effect.Effect<void>

/** Delivers a run's events to one observer at the observer's pace. The run never waits for the observer. */
export interface EventFeed {
  /** Queues events; `from` is the number of the first recorded event among them. Never waits. */
  readonly offer: (events: ReadonlyArray<RunEvent>, from: number) => void
  /** Ends the feed. */
  readonly end: Effect.Effect<void>
  /** Waits until the observer has received every event. Interrupting the wait stops the observer. */
  readonly seen: Effect.Effect<void>
}

/** The most events that are queued for an observer. */
export const capacity = 10_000

/** The events that are read from the store at once. */
const page = 1_000
const nothing: ReadonlyArray<RunEvent> = []

/**
 * Opens a feed. If an observer falls more than `capacity` events behind, the queue is dropped and the observer reads the
 * missing events from the store, so it misses no recorded event. Progress that is dropped this way is not repeated. If an
 * observer fails, the kind of error and its place are logged once, and the observer receives the following events.
 */
export const make = Effect.fnUntraced(function* (runId: string, observe: Observer) {
  const store = yield* RunStore
  const news = Effect.unsafeMakeLatch(false)
  let waiting: Array<RunEvent> = []
  /** The number of the first event to read from the store, if the observer has fallen behind. */
  let missed: number | undefined
  let recorded = 0
  let ended = false
  let reported = false

  const catchUp = Effect.fnUntraced(function* (from: number) {
    // Later recorded events are still to be offered, and would be delivered twice.
    const events = yield* store.events(runId, { from, limit: Math.min(page, recorded - from) })
    const next = from + events.length
    missed = events.length === 0 || next >= recorded ? undefined : next
    return events
  })
  const skip = (from: number) => (error: RunStoreFailed) =>
    Effect.suspend(() => {
      const skipped = recorded - from
      missed = undefined
      return Effect.as(
        Log.warning(`${skipped} events of the run are recorded and could not be shown. ${error.message}`),
        nothing
      )
    })
  const next: Effect.Effect<ReadonlyArray<RunEvent> | undefined> = Effect.suspend(() => {
    if (waiting.length > 0) {
      const batch = waiting
      waiting = []
      return Effect.succeed(batch)
    }
    if (missed !== undefined) return Effect.catchAll(catchUp(missed), skip(missed))
    if (ended) return Effect.succeed(undefined)
    news.unsafeClose()
    return Effect.zipRight(news.await, next)
  })
  const report = (cause: Cause.Cause<never>) => {
    if (reported || Cause.isInterruptedOnly(cause)) return Effect.void
    reported = true
    const what = StepFailure.defectOf(cause) ?? "error"
    return Log.warning(
      `The display of the run broke with an unexpected ${what}, and may be incomplete. The run continues and is recorded completely: \`sluice runs show ${runId}\`. This is a bug; its message is withheld because it could quote data.`
    )
  }
  const feeding = Effect.gen(function* () {
    for (let batch = yield* next; batch !== undefined; batch = yield* next) {
      const events = batch
      if (events.length > 0)
        yield* Effect.catchAllCause(
          Effect.suspend(() => observe(events)),
          report
        )
    }
  })
  const fiber = yield* Effect.forkDaemon(Effect.interruptible(feeding))

  const feed: EventFeed = {
    offer: (events, from) => {
      for (const event of events) if (isRecorded(event)) recorded++
      if (missed === undefined) {
        if (waiting.length + events.length <= capacity) for (const event of events) waiting.push(event)
        else missed = from
      }
      news.unsafeOpen()
    },
    end: Effect.sync(() => {
      ended = true
      news.unsafeOpen()
    }),
    seen: Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interruptFork(fiber))
  }
  return feed
})
