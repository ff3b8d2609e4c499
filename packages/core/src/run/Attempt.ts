import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type * as AssetCheck from "../asset/AssetCheck.ts"
import { CheckFailed } from "../asset/CheckFailed.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Metadata } from "../asset/Metadata.ts"
import { StepContext } from "../asset/StepContext.ts"
import * as Storage from "../asset/Storage.ts"
import { joinUninterruptibly } from "../internal/joinUninterruptibly.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as Signature from "../partition/Signature.ts"
import type { Slice } from "../partition/Slice.ts"
import * as Stored from "../partition/Stored.ts"
import type { Action } from "../plan/Plan.ts"
import * as CheckEvaluation from "./CheckEvaluation.ts"
import type { Draft } from "./EventLog.ts"
import * as SliceChecks from "./SliceChecks.ts"
import type { StepDeadline } from "./StepDeadline.ts"
import * as StepFailure from "./StepFailure.ts"
import type { Versions } from "./Versions.ts"

/** The input of one attempt at a step. */
export interface Options {
  readonly runId: string
  readonly asset: Asset.Any
  readonly action: Action
  /** 1 for the first attempt. */
  readonly attempt: number
  /** The partitions that the attempt makes, or checks one by one; undefined if it is about the whole asset. */
  readonly slice: Slice | undefined
  /** Returns the upstream values by the names that the asset gives them. Loads a value if necessary. */
  readonly inputs: () => Effect.Effect<Readonly<Record<string, unknown>>, Failure>
  /**
   * Of the steps whose values this attempt received, returns those that have not succeeded yet, each as a wait for its success.
   */
  readonly unconcluded: () => ReadonlyArray<Effect.Effect<void>>
  /** For a step whose value is used before the step has ended. */
  readonly early: {
    readonly handOff: (value: unknown) => void
    /** Stops the downstream steps that have started on the value. */
    readonly withdraw: (why: Exit.Exit<unknown, Failure>) => Effect.Effect<void>
    readonly concluded: Effect.Effect<void>
  }
  /** See `StepContext`. */
  readonly lastMadeFrom: string | undefined
  /** Bounds all attempts of the step together, if its asset has a deadline. */
  readonly deadline: StepDeadline | undefined
  readonly versions: Versions
  readonly context: Context.Context<never>
  readonly restore: Restore
  readonly clock: Clock.Clock
  readonly emit: (event: Draft) => void
}

/** Makes an effect interruptible again, as it was where the step began. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export type Outcome =
  /** The value, and the scope of its resources. */
  { readonly _tag: "Succeeded"; readonly value: unknown; readonly scope: Scope.CloseableScope } | Failed

export interface Failed {
  readonly _tag: "Failed"
  readonly failure: Failure
  readonly durationMillis: number
}

/**
 * Runs one attempt at a step, and emits its events. Call it in an uninterruptible region. Only the asset's own work is
 * interruptible.
 */
export const run = (options: Options): Effect.Effect<Outcome> =>
  Effect.flatMap(Scope.make(), (scope) => {
    const { action, asset, attempt, clock, deadline, emit, runId } = options
    const startedAt = clock.unsafeCurrentTimeNanos()
    const step = stepContext(options)
    emit({ _tag: "StepStarted", runId, asset: asset.name, attempt })
    const services = options.context.pipe(Context.add(StepContext, step.service), Context.add(Scope.Scope, scope))
    const once = withTimeout(asset, work(options, step))
    const bounded = deadline === undefined ? once : deadline.bound(once, attempt)
    const duration = () => millisBetween(startedAt, clock.unsafeCurrentTimeNanos())
    // The fiber belongs to the step, and nothing after its work needs services, so they are not restored.
    const provided = Effect.zipRight(FiberRef.set(FiberRef.currentContext, unsafeCast(services)), options.restore(bounded))
    return Effect.matchCauseEffect(provided, {
      onSuccess: (value) => {
        const told = { runId, asset: asset.name, action, attempt, durationMillis: duration(), metadata: step.metadata() }
        if (action === "load") options.versions.reused(asset)
        const made =
          action === "materialize" || action === "observe"
            ? { provenance: options.versions.made(asset, step.dataVersion()) }
            : {}
        emit({ _tag: "StepSucceeded", ...told, ...made })
        return Effect.succeed<Outcome>({ _tag: "Succeeded", value, scope })
      },
      onFailure: (cause) => {
        const durationMillis = duration()
        const exit = Exit.failCause(cause)
        const closed = Effect.zipRight(options.early.withdraw(exit), Scope.close(scope, exit))
        return Effect.as(Effect.zipRight(CheckEvaluation.reportThrown(asset, cause), closed), {
          _tag: "Failed",
          failure: StepFailure.fromCause(asset.name, cause, CheckEvaluation.repeating(options)),
          durationMillis
        } as const)
      }
    })
  })

/** Milliseconds, to the microsecond, between two readings of the monotonic clock. */
export const millisBetween = (from: bigint, to: bigint): number => Number((to - from) / 1_000n) / 1_000

const stepContext = (options: Options) => {
  const { asset, attempt, emit, runId } = options
  let rows = 0
  let metadata: Metadata = {}
  let dataVersion: string | undefined
  let handedOffEarly:
    | { readonly rest: Effect.Effect<"same" | "changed", Failure>; readonly begun: Effect.Effect<void> }
    | undefined
  /** A slice is not the whole table. */
  const own = asset.checks.filter((check) => options.slice === undefined || check.of === "partition")
  const decides = (check: AssetCheck.Any) => CheckEvaluation.decides(check, options.action)
  /** Blocking checks run once: on staged rows if there are any, otherwise after the work. */
  let blockingDone = false
  const checkBlocking = (
    subject: AssetCheck.Subject,
    standing: ReadonlyArray<AssetCheck.Any> = []
  ): Effect.Effect<void, CheckFailed> => {
    blockingDone = true
    const names = new Set(asset.checks.map(({ name }) => name))
    const checks = [...standing.filter(({ name }) => !names.has(name)), ...own].filter(decides)
    return Effect.flatMap(CheckEvaluation.run(options, checks, subject), (failed) =>
      failed.length === 0
        ? Effect.void
        : new CheckFailed({
            asset: asset.name,
            checks: failed,
            staged: subject._tag === "Staged",
            ...(options.slice === undefined ? {} : { runId })
          })
    )
  }
  const service: StepContext.Service = {
    runId,
    asset: asset.name,
    attempt,
    slice: options.slice,
    progress: (more) => {
      rows += more
      emit({ _tag: "StepProgressed", runId, asset: asset.name, attempt, rows })
    },
    metadata: (values) => {
      metadata = { ...metadata, ...values }
    },
    dataVersion: (version) => {
      dataVersion = version
    },
    staged: (relation, counted, standing) => checkBlocking({ _tag: "Staged", relation, counted }, standing),
    late: (partitions, rows) => {
      const { slice } = options
      if (slice === undefined) return
      const { space } = slice
      const set = Signature.of(space, Storage.partitionByOf(asset.storage))
      emit({ _tag: "PartitionsLate", runId, asset: asset.name, set, partitions: Stored.of(space, partitions), rows })
    },
    handOff: (rest, begun) => {
      handedOffEarly = { rest, begun }
    },
    lastMadeFrom: options.lastMadeFrom,
    last: options.versions.last(asset),
    concluded: options.early.concluded
  }
  const finishRest = (value: unknown): Effect.Effect<void, Failure> => {
    if (handedOffEarly === undefined) return Effect.void
    const { begun, rest } = handedOffEarly
    const handedOff = Effect.map(begun, () => options.early.handOff(value))
    return Effect.flatMap(Effect.zipLeft(rest, handedOff, { concurrent: true }), (kept) =>
      kept === "changed" ? options.early.withdraw(Exit.void) : Effect.void
    )
  }
  const checkPublished = Effect.suspend(() =>
    own.length === 0
      ? Effect.void
      : Effect.zipRight(
          CheckEvaluation.run(
            options,
            own.filter((check) => !decides(check)),
            { _tag: "Published" }
          ),
          blockingDone ? Effect.void : checkBlocking({ _tag: "Published" })
        )
  )
  /** Checks each stored partition by itself. */
  const checkSlices = Effect.fnUntraced(function* (slice: Slice, slices: Storage.StoredSlices<unknown>) {
    const failed = yield* SliceChecks.run({
      ...{ slice, slices, checks: own },
      safely: (evaluated, slice) =>
        CheckEvaluation.outcomeOf(options, evaluated, CheckEvaluation.checking({ asset, slice })),
      tell: (check, outcome) => CheckEvaluation.tell(options, check, outcome)
    })
    const names = failed.filter(decides).map(({ name }) => name)
    if (names.length > 0) return yield* new CheckFailed({ asset: asset.name, checks: names, staged: false, runId })
  })
  /** Finishes the step after the asset has returned its value. */
  const conclude = (value: unknown): Effect.Effect<unknown, Failure> => {
    if (handedOffEarly === undefined && own.length === 0 && options.unconcluded().length === 0) return Effect.succeed(value)
    const inputs = Effect.suspend(() => Effect.all(options.unconcluded(), { discard: true }))
    return finishRest(value).pipe(Effect.zipRight(inputs), Effect.zipRight(checkPublished), Effect.as(value))
  }
  return {
    service,
    metadata: () => metadata,
    dataVersion: () => dataVersion,
    conclude,
    checkPublished,
    checkSlices
  }
}

const work = (
  { action, asset, inputs, slice }: Options,
  step: ReturnType<typeof stepContext>
): Effect.Effect<unknown, Failure, never> => {
  switch (action) {
    case "check": {
      const slices = asset.storage._tag === "Stored" ? asset.storage.slices : undefined
      return slice === undefined || slices === undefined
        ? step.checkPublished
        : unsafeCast<Effect.Effect<void, Failure>>(step.checkSlices(slice, slices))
    }
    case "load":
      if (asset.storage._tag === "Ephemeral") return Effect.die(new Error(`${asset.name} is ephemeral and cannot be loaded`))
      // Each reader loads the partitions that it needs.
      return asset.storage.loadSlice === undefined ? unsafeCast(asset.storage.load) : Effect.void
    case "observe":
    case "materialize": {
      const made = Effect.flatMap(Effect.suspend(inputs), (values) =>
        unsafeCast<Effect.Effect<unknown, Failure>>(asset.materialize(unsafeCast<never>(values), slice))
      )
      return Effect.flatMap(made, step.conclude)
    }
  }
}

const withTimeout = <A, E>({ name, timeout }: Asset.Any, effect: Effect.Effect<A, E>) =>
  timeout === undefined
    ? effect
    : joinUninterruptibly(
        Effect.timeoutFail(effect, {
          duration: timeout,
          onTimeout: () => new StepFailure.StepTimedOut({ asset: name, limitMillis: Duration.toMillis(timeout) })
        })
      )
