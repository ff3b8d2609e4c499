import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Log from "../Log.ts"
import { isRecorded, type RunEvent } from "./RunEvent.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"
import * as StepFailure from "./StepFailure.ts"

/** Given a run's events, progress included, in order and in batches; for whoever draws or streams them. */
export type Observer = (events: ReadonlyArray<RunEvent>) => Effect.Effect<void>

/** An observer's way through a run's events, at its own pace: nobody waits for it before the run has ended. */
export interface EventFeed {
  /** Passes events on; `from` is the number of the first recorded one of them. Costs no wait. */
  readonly offer: (events: ReadonlyArray<RunEvent>, from: number) => void
  /** Says that there are no more. */
  readonly end: Effect.Effect<void>
  /** Waits until the observer has been given everything; it is let go when the wait is interrupted. */
  readonly seen: Effect.Effect<void>
}

/** How many events wait for an observer at the most. */
export const capacity = 10_000

/** How many events are read from the record at once. */
const page = 1_000
const nothing: ReadonlyArray<RunEvent> = []

/**
 * Opens a feed. For an observer that falls further behind than `capacity` nothing more is kept: it is given what it missed
 * from the record, so that it misses no recorded event, and then what happens again. Progress that is overtaken so is not
 * made up for. An observer that breaks is reported once, by the kind of error and its place alone, and is given what follows.
 */
export const make = Effect.fnUntraced(function* (runId: string, observe: Observer) {
  const store = yield* RunStore
  const news = Effect.unsafeMakeLatch(false)
  let waiting: Array<RunEvent> = []
  /** The number of the first event to be read from the record, where the observer has fallen behind. */
  let missed: number | undefined
  let recorded = 0
  let ended = false
  let reported = false

  const catchUp = Effect.fnUntraced(function* (from: number) {
    // What is recorded beyond has yet to be offered, and would be seen twice.
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
      `What shows the run broke with an unexpected ${what}, and may show less of it. The run goes on and is recorded whole: \`pnpm assets runs show ${runId}\`. This is a bug; its message is withheld because it could quote data.`
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
