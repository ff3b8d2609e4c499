import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { Failure } from "../asset/Failure.ts"
import { joinUninterruptibly } from "../internal/joinUninterruptibly.ts"
import * as Attempt from "./Attempt.ts"
import { heartbeatInterval, Owner } from "./Owner.ts"
import type { RunEvent, RunStatus } from "./RunEvent.ts"
import * as RunId from "./RunId.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The run of a recorded action: its id, and its start (ISO 8601 in UTC). */
export interface Begun {
  readonly runId: string
  readonly at: string
}

/** A run and the result of its action. */
export interface Recorded<A> extends Begun {
  readonly value: A
}

/**
 * Records an action that is not a plan, such as an erasure, as a run without steps. `what` takes the place of the selection. `work`
 * may be a function of the run's id and start.
 * `tell` summarizes the outcome in one sentence; it is stored, so it must not hold a value from the data.
 */
export const record = Effect.fn("RecordedRun.record")(function* <A, E extends Failure, R>(
  what: string,
  work: Effect.Effect<A, E, R> | ((run: Begun) => Effect.Effect<A, E, R>),
  tell: (value: A) => string
): Effect.fn.Return<Recorded<A>, E | RunStoreFailed, R | RunStore> {
  const runId = yield* RunId.make
  const store = yield* RunStore
  const { self: owner } = yield* Owner
  const started = yield* Clock.currentTimeNanos
  const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())
  const at = yield* now
  const working = Effect.isEffect(work) ? work : work({ runId, at })
  const conclude = Effect.fnUntraced(function* (status: RunStatus, reason: string | undefined) {
    const durationMillis = Attempt.millisBetween(started, yield* Clock.currentTimeNanos)
    const event: RunEvent = {
      _tag: "RunConcluded",
      runId,
      at: yield* now,
      status,
      durationMillis,
      ...(reason === undefined ? {} : { reason })
    }
    yield* store.append([event])
  })
  const alive = store.heartbeat(runId).pipe(Effect.ignore, Effect.delay(heartbeatInterval), Effect.forever)
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      yield* store.append([{ _tag: "RunStarted", runId, at, selection: what, steps: [], tags: {}, owner }])
      const exit = yield* Effect.exit(restore(joinUninterruptibly(Effect.raceFirst(working, alive))))
      if (Exit.isSuccess(exit)) {
        yield* conclude("succeeded", tell(exit.value))
        return { runId, at, value: exit.value }
      }
      const failure = Cause.failureOption(exit.cause)
      const interrupted = Cause.isInterruptedOnly(exit.cause)
      const reason = Option.getOrUndefined(Option.map(failure, ({ message }) => message))
      const concluding = yield* Effect.forkDaemon(interrupted ? conclude("canceled", undefined) : conclude("failed", reason))
      // The store may be what does not answer. Then the next run closes this one.
      yield* Effect.raceFirst(
        Effect.interruptible(Fiber.await(concluding)),
        Effect.interruptible(interrupted ? Effect.sleep("3 seconds") : Effect.never)
      )
      return yield* Effect.failCause(exit.cause)
    })
  )
})
