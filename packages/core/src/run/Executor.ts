import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Asset from "../asset/Asset.ts"
import type { Plan } from "../plan/Plan.ts"
import * as EventLog from "./EventLog.ts"
import type { RunEvent } from "./RunEvent.ts"
import * as RunId from "./RunId.ts"
import type { RunResult } from "./RunResult.ts"
import type { RunStore, RunStoreFailed } from "./RunStore.ts"
import * as Scheduler from "./Scheduler.ts"

export interface Options {
  /** How many steps may run at once. A step that waits to retry is not running. */
  readonly concurrency: number
  /** Given every event, progress included, in order and in batches; for whoever draws or streams them. */
  readonly observe?: (events: ReadonlyArray<RunEvent>) => Effect.Effect<void>
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
  const log = yield* EventLog.make(options.observe)
  const started = yield* Clock.currentTimeNanos
  const conclude = Effect.fnUntraced(function* (status: "succeeded" | "failed" | "canceled") {
    const durationMillis = Scheduler.millisBetween(started, yield* Clock.currentTimeNanos)
    yield* log.emit({ _tag: "RunConcluded", runId, status, durationMillis })
    return yield* log.close
  })

  yield* log.emit({
    _tag: "RunStarted",
    runId,
    selection: plan.selection,
    steps: plan.steps
  })
  const scheduler = yield* Scheduler.make({
    plan,
    runId,
    log,
    context,
    concurrency: options.concurrency
  })
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(restore(Effect.raceFirst(scheduler.run, log.failed)))
      if (Exit.isSuccess(exit)) return yield* conclude(exit.value)
      yield* scheduler.cancelUnfinished
      yield* Effect.ignore(conclude("canceled"))
      return yield* Effect.failCause(exit.cause)
    })
  )
})
