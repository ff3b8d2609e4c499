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
import type { Standing } from "../partition/Standing.ts"
import * as Plan from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Observer } from "./EventFeed.ts"
import * as EventLog from "./EventLog.ts"
import * as Observations from "./Observations.ts"
import { heartbeatInterval, Owner } from "./Owner.ts"
import * as PartitionedRun from "./PartitionedRun.ts"
import type { RunStatus } from "./RunEvent.ts"
import * as RunId from "./RunId.ts"
import type { RunResult } from "./RunResult.ts"
import { RunStore, RunStoreFailed } from "./RunStore.ts"
import { RunTimedOut } from "./StepFailure.ts"
import * as Versions from "./Versions.ts"

export interface Options {
  /** The most steps that run at once. A step that waits to retry does not count. */
  readonly concurrency: number
  /**
   * Observers of the run. Each receives every event in order, progress included, once it is recorded (`EventFeed`). The run
   * does not wait for observers; this call waits for them at its end, and at most five seconds after an interruption.
   */
  readonly observe?: Observer | ReadonlyArray<Observer>
  /** Called once, uninterruptibly, when the run's conclusion is recorded, also if the run was canceled. */
  readonly onConcluded?: (result: RunResult) => Effect.Effect<void>
  /** The most steps of each pool that run at once. Default: no limit but `concurrency`. */
  readonly pools?: Readonly<Record<string, number>>
  /** Whether the first failure ends the run. Default: false, so unrelated branches go on. */
  readonly failFast?: boolean
  /** The longest duration of the whole run. */
  readonly timeout?: Duration.DurationInput
  /** Labels recorded with the run. */
  readonly tags?: Readonly<Record<string, string>>
  /** The run that this one retries. */
  readonly retryOf?: string
  /**
   * Where the run reads its sources, such as an address without secrets. It is recorded with the run, if the plan reads a
   * source, and with every asset made from the source.
   */
  readonly origin?: string
  /** Whether stored assets stay as they are if their code and inputs have not changed since their last materialization. */
  readonly onlyChanged?: boolean
  /** Whether sources are read completely and tables loaded completely, also if changes alone would do. */
  readonly full?: boolean
}

/**
 * Runs a plan as one fiber tree and records its events. A step starts when its upstream steps have succeeded. The descendants
 * of a failed step are skipped at once, and unrelated branches go on. Succeeds with the run's result, failed steps included;
 * fails only if the record cannot be written. On interruption, running steps are interrupted and roll back, and the run is
 * recorded as canceled.
 */
export const run = Effect.fn("Executor.run")(function* <A extends Asset.Any>(
  plan: Plan.Plan<A>,
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
  const { selection } = plan
  const origin = Plan.readsSource(plan) ? options.origin : undefined
  const codeVersionOf = yield* CodeVersions
  const versions = Versions.make({
    runId,
    startedAt: plan.cut === undefined ? undefined : new Date(yield* Clock.currentTimeMillis).toISOString(),
    origin,
    recorded: yield* store.materializations,
    standings: yield* observedStandings(plan, store),
    lastSteps: yield* store.lastSteps,
    codeVersionOf,
    observations: yield* Observations.take(plan, context)
  })
  const owner = (yield* Owner).self
  const carriesOn = retryOf === undefined ? {} : { retryOf }
  const isBackfill = plan.cut?.isBackfill === true
  const kind = isBackfill ? { backfill: true as const } : {}
  const readsFrom = origin === undefined ? {} : { origin }
  const observers = Array.ensure(options.observe ?? [])
  const log = yield* EventLog.make(runId, observers)
  const scheduling = { plan, runId, log, context, concurrency, pools, failFast, onlyChanged, full, versions }
  const scheduler = yield* PartitionedRun.make(scheduling)
  const steered = isBackfill ? Effect.raceFirst(scheduler.run, asked(store, runId)) : scheduler.run
  const bounded = options.timeout === undefined ? steered : withTimeout(steered, options.timeout)
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      // No interruption may come between this event and the run's conclusion.
      yield* log.emit({
        _tag: "RunStarted",
        runId,
        selection,
        steps: Plan.recorded(plan, codeVersionOf),
        tags,
        owner,
        ...kind,
        ...carriesOn,
        ...readsFrom
      })
      const heartbeat = yield* Effect.forkDaemon(beat(store, runId))
      const exit = yield* Effect.exit(restore(joinUninterruptibly(Effect.raceFirst(Effect.either(bounded), log.failed))))
      yield* Fiber.interruptFork(heartbeat)
      yield* scheduler.cancelUnfinished
      if (Exit.isSuccess(exit)) {
        const { value } = exit
        const result = yield* value._tag === "Right"
          ? conclude(value.right, value.right === "canceled" ? "somebody asked to cancel it" : undefined, restore)
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

/** The standings of the assets that a plan makes by partition, and that observe something. */
const observedStandings = Effect.fnUntraced(function* ({ graph, steps }: Plan.Plan<Asset.Any>, store: RunStore["Type"]) {
  const found = new Map<string, Standing>()
  for (const { asset, partitionCount } of steps) {
    if (partitionCount === undefined || graph.assets[graph.indexOf(asset) ?? -1]?.observe === undefined) continue
    const standing = yield* store.standing(asset)
    if (standing !== undefined) found.set(asset, standing)
  }
  return found
})

/** Restores the interruptibility of the run's caller. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** The longest that the store may take to record the end of a run that was interrupted or timed out. */
const closing = Duration.seconds(3)

/**
 * Closes the log. With `waiting`, waits for the store until the run is interrupted, then at most `closing`. The store may be
 * what stopped answering.
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

/** Appends another error's message to the error. */
const also = (message: string) => (error: RunStoreFailed) =>
  new RunStoreFailed({ operation: error.operation, reason: `${error.reason} ${message}`, retryable: error.retryable })

/** The longest that observers of an interrupted run may still read. */
const farewell = Duration.seconds(5)

/** The region is uninterruptible, but the two racing effects stay interruptible. */
const sayFarewell = (log: EventLog.EventLog) =>
  Effect.raceFirst(Effect.interruptible(log.seen), Effect.interruptible(Effect.sleep(farewell)))

/** A failed heartbeat is ignored; the next one may succeed. */
const beat = (store: RunStore["Type"], runId: string) =>
  store.heartbeat(runId).pipe(Effect.ignore, Effect.delay(heartbeatInterval), Effect.forever, Effect.interruptible)

/** Waits until somebody asks to cancel a run. The store may be busy; it is asked again. */
const asked = (store: RunStore["Type"], runId: string): Effect.Effect<"canceled"> =>
  store.cancelRequested(runId).pipe(
    Effect.orElseSucceed(() => false),
    Effect.delay(askEvery),
    Effect.repeat({ until: (isAsked) => isAsked }),
    Effect.as("canceled" as const)
  )

/** Often enough for a run to end within a second after somebody asks to cancel it. */
const askEvery = Duration.millis(400)

const withTimeout = <A>(run: Effect.Effect<A>, limit: Duration.DurationInput): Effect.Effect<A, RunTimedOut> =>
  Effect.timeoutFail(run, { duration: limit, onTimeout: () => new RunTimedOut({ limitMillis: Duration.toMillis(limit) }) })
