import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Asset from "../asset/Asset.ts"
import { CodeVersions } from "../asset/CodeVersions.ts"
import { joinUninterruptibly } from "../internal/joinUninterruptibly.ts"
import * as Log from "../Log.ts"
import { type Plan, readsSource } from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Observer } from "./EventFeed.ts"
import * as EventLog from "./EventLog.ts"
import * as Observations from "./Observations.ts"
import { heartbeatInterval, Owner } from "./Owner.ts"
import type { RunStatus } from "./RunEvent.ts"
import * as RunId from "./RunId.ts"
import type { RunResult } from "./RunResult.ts"
import { RunStore, RunStoreFailed } from "./RunStore.ts"
import * as Scheduler from "./Scheduler.ts"
import { RunTimedOut } from "./StepFailure.ts"
import * as Versions from "./Versions.ts"

export interface Options {
  /** How many steps may run at once. A step that waits to retry is not running. */
  readonly concurrency: number
  /**
   * Who watches: each is given what happens, progress included, in order, at its own pace, and only once it is recorded
   * (`EventFeed`). The run and its record wait for none of them; the call does, in the end, and after an interruption no
   * longer than five seconds.
   */
  readonly observe?: Observer | ReadonlyArray<Observer>
  /** Called once, uninterruptibly, when the conclusion of the run is recorded: also if the run was canceled. */
  readonly onConcluded?: (result: RunResult) => Effect.Effect<void>
  /** How many steps of a pool may run at once. Default: no limit but `concurrency`. */
  readonly pools?: Readonly<Record<string, number>>
  /** Default false: unrelated branches go on after a failure. */
  readonly failFast?: boolean
  /** The longest that the whole run may take. */
  readonly timeout?: Duration.DurationInput
  /** Labels that are recorded with the run. */
  readonly tags?: Readonly<Record<string, string>>
  /** The run that this one carries on. */
  readonly retryOf?: string
  /**
   * Where the sources are that it reads, in words that may be recorded: an address without secrets, or a name. Recorded with
   * the run, where the plan reads a source at all, and with whatever is made of what it reads.
   */
  readonly origin?: string
  /** Whether stored assets whose code and inputs are those of their last materialization are left as they are. */
  readonly onlyChanged?: boolean
  /** Whether all data is read and loaded anew, also where what has changed since the last run would do. */
  readonly full?: boolean
}

/**
 * Carries a plan out as one fiber tree and records its events. A step starts when the steps before it have succeeded; the
 * descendants of a failed one are skipped at once, and unrelated branches go on. Succeeds with what became of the run,
 * failed steps included; fails only if the record cannot be written. When it is interrupted, the running steps are
 * interrupted and have rolled back, and the run is recorded as canceled, before it ends.
 */
export const run = Effect.fn("Executor.run")(function* <A extends Asset.Any>(
  plan: Plan<A>,
  options: Options
): Effect.fn.Return<RunResult, RunStoreFailed, RunStore | Asset.Context<A>> {
  const context = yield* Effect.context<Asset.Context<A>>()
  const runId = yield* RunId.make
  const store = yield* RunStore
  const started = yield* Clock.currentTimeNanos
  const conclude = Effect.fnUntraced(function* (status: RunStatus, reason?: string, waiting?: Restore) {
    const durationMillis = Attempt.millisBetween(started, yield* Clock.currentTimeNanos)
    yield* log.emit({ _tag: "RunConcluded", runId, status, durationMillis, ...(reason === undefined ? {} : { reason }) })
    const result = yield* closed(log, waiting)
    yield* options.onConcluded?.(result) ?? Effect.void
    return result
  })

  const { concurrency, failFast = false, full = false, onlyChanged = false, pools = {}, retryOf, tags = {} } = options
  const { selection, steps } = plan
  const origin = readsSource(plan) ? options.origin : undefined
  const versions = Versions.make({
    runId,
    origin,
    recorded: yield* store.materializations,
    lastSteps: yield* store.lastSteps,
    codeVersionOf: yield* CodeVersions,
    observations: yield* Observations.take(plan, context)
  })
  const owner = (yield* Owner).self
  const carriesOn = retryOf === undefined ? {} : { retryOf }
  const readsFrom = origin === undefined ? {} : { origin }
  const observers = Array.ensure(options.observe ?? [])
  const log = yield* EventLog.make(runId, observers)
  const scheduling = { plan, runId, log, context, concurrency, pools, failFast, onlyChanged, full, versions }
  const scheduler = yield* Scheduler.make(scheduling)
  const bounded = options.timeout === undefined ? scheduler.run : withTimeout(scheduler.run, options.timeout)
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      // Here, so that no interruption comes between it and the run's conclusion.
      yield* log.emit({ _tag: "RunStarted", runId, selection, steps, tags, owner, ...carriesOn, ...readsFrom })
      const heartbeat = yield* Effect.forkDaemon(beat(store, runId))
      const exit = yield* Effect.exit(restore(joinUninterruptibly(Effect.raceFirst(Effect.either(bounded), log.failed))))
      yield* Fiber.interruptFork(heartbeat)
      yield* scheduler.cancelUnfinished
      if (Exit.isSuccess(exit)) {
        const { value } = exit
        const result = yield* value._tag === "Right"
          ? conclude(value.right, undefined, restore)
          : Effect.mapError(conclude("failed", value.left.message), also(value.left.message))
        yield* Effect.interruptible(log.seen)
        return result
      }
      const unrecorded = (error: RunStoreFailed) =>
        Cause.isInterruptedOnly(exit.cause) ? Log.warning(error.message) : Effect.void
      yield* Effect.catchAll(conclude("canceled"), unrecorded)
      if (observers.length > 0) yield* sayFarewell(log)
      return yield* Effect.failCause(exit.cause)
    })
  )
})

/** Lets something be interrupted as it could be where the run began. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** How long the store may take to record the end of a run that was interrupted, or has taken too long. */
const closing = Duration.seconds(3)

/**
 * Closes the log. With `waiting`, the store is waited for until the run is interrupted, and only from then on no longer than
 * `closing`. What did not end the run may be a store that does not answer.
 */
const closed = Effect.fnUntraced(function* (log: EventLog.EventLog, waiting: Restore | undefined) {
  const fiber = yield* Effect.forkDaemon(log.close)
  const end = Fiber.await(fiber)
  if (waiting !== undefined) yield* Effect.exit(waiting(end))
  const ended = yield* Effect.raceFirst(
    Effect.interruptible(Effect.asSome(end)),
    Effect.interruptible(Effect.as(Effect.sleep(closing), Option.none()))
  )
  if (Option.isSome(ended)) return yield* ended.value
  yield* log.abandon
  return yield* new RunStoreFailed({
    operation: "written",
    reason: `the store did not record the end of the run within ${Duration.format(closing)}. The next run closes this one as crashed, and removes what it left half done.`,
    retryable: false
  })
})

/** The same error, with what else went wrong. */
const also = (message: string) => (error: RunStoreFailed) =>
  new RunStoreFailed({ operation: error.operation, reason: `${error.reason} ${message}`, retryable: error.retryable })

/** How long those who watch an interrupted run may still read. */
const farewell = Duration.seconds(5)

/** Where nothing can be interrupted from outside any more, the two that race still can. */
const sayFarewell = (log: EventLog.EventLog) =>
  Effect.raceFirst(Effect.interruptible(log.seen), Effect.interruptible(Effect.sleep(farewell)))

/** A heartbeat that cannot be written is missed; the next one may be. */
const beat = (store: RunStore["Type"], runId: string) =>
  store.heartbeat(runId).pipe(Effect.ignore, Effect.delay(heartbeatInterval), Effect.forever, Effect.interruptible)

const withTimeout = <A>(run: Effect.Effect<A>, limit: Duration.DurationInput): Effect.Effect<A, RunTimedOut> =>
  Effect.timeoutFail(run, { duration: limit, onTimeout: () => new RunTimedOut({ limitMillis: Duration.toMillis(limit) }) })
