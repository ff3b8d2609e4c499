import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import * as RetryPolicy from "../asset/RetryPolicy.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Slice } from "../partition/Slice.ts"
import type { Plan } from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Draft, EventLog } from "./EventLog.ts"
import { UpstreamRestarted } from "./StepFailure.ts"
import {
  descendants,
  type Given,
  inputsOf,
  isStored,
  nodesOf,
  none,
  onceLoaded,
  release,
  releaseInputs,
  type StepNode
} from "./StepNode.ts"
import type { StepQueue } from "./StepQueue.ts"
import type { Versions } from "./Versions.ts"

export interface Options<A extends Asset.Any> {
  readonly plan: Plan<A>
  readonly runId: string
  readonly log: Pick<EventLog, "unsafeEmit">
  readonly context: Context.Context<Asset.Context<A>>
  /** Where steps wait for their places. It runs as long as the steps, and may be that of other steps too. */
  readonly queue: StepQueue
  /** Whether the first failed step ends the run: steps that have not started are skipped, running steps are canceled. */
  readonly failFast: boolean
  readonly versions: Versions
  /** Whether a stored asset stays as it is when its code and inputs are those of its last materialization. */
  readonly onlyChanged: boolean
  /** Whether everything is made anew: no step learns which data it last made. */
  readonly full: boolean
  /** The partitions that an asset's step makes. Undefined for an asset that is not cut. */
  readonly sliceOf?: (asset: string) => Slice | undefined
  /** The values of upstreams that are no steps of the plan. */
  readonly given?: Given
  /** Assets whose values stay after the run, in `kept`. */
  readonly keep?: ReadonlySet<string>
}

/** The steps of one run: starts each step when its upstream steps have succeeded, and keeps the state of each. */
export interface Scheduler {
  /** Runs all steps to their end. Interrupting it interrupts the running steps. */
  readonly run: Effect.Effect<"succeeded" | "failed">
  /** Marks the steps that have not ended as canceled. */
  readonly cancelUnfinished: Effect.Effect<void>
  /** The values that were to be kept, and what releases each. */
  readonly kept: () => ReadonlyMap<string, Kept>
}

/** A value that outlives the steps that read it. */
export interface Kept {
  readonly value: StepNode["value"]
  readonly release: Effect.Effect<void>
}

/** Prepares a run. O(steps + edges). A step costs a fiber and a few events. */
export const make = Effect.fnUntraced(function* <A extends Asset.Any>(options: Options<A>) {
  const { log, onlyChanged, queue, runId, versions } = options
  const clock = yield* Clock.clockWith(Effect.succeed)
  const over = yield* Effect.makeLatch()
  const nodes = nodesOf(options.plan, clock)
  const isKept = ({ asset }: StepNode) => options.keep?.has(asset.name) === true
  for (const node of nodes) if (isKept(node)) node.neededBy++
  let unfinishedSteps = nodes.length
  let failed = false
  let isClosed = false

  const emit = (event: Draft) => log.unsafeEmit(event, clock.unsafeCurrentTimeMillis())

  const end = (node: StepNode) => {
    node.state = "ended"
    unfinishedSteps--
    if (unfinishedSteps === 0) over.unsafeOpen()
  }

  const unchangedSince = (node: StepNode) => (onlyChanged && isStored(node) ? versions.unchanged(node.asset)?.at : undefined)

  const enqueue = (node: StepNode) => {
    if (!isClosed) queue.offer(node, { takesPlace: unchangedSince(node) === undefined, start })
  }

  const enqueueDownstreams = ({ downstreams }: StepNode) => {
    for (const node of downstreams) if (--node.waitingFor === 0 && node.state === "waiting") enqueue(node)
  }

  const succeed = (node: StepNode, value: StepNode["value"]): Effect.Effect<void> => {
    node.value = value
    end(node)
    if (!node.handedOff) enqueueDownstreams(node)
    node.concluded.unsafeOpen()
    return node.neededBy === 0 ? Effect.zipRight(releaseInputs(node), release(node)) : releaseInputs(node)
  }

  const fail = (node: StepNode): Effect.Effect<void> => {
    failed = true
    end(node)
    const skipped = [...(options.failFast ? nodes : descendants(node))].filter(
      ({ state }) => state === "waiting" || state === "queued"
    )
    for (const each of skipped) {
      emit({ _tag: "StepSkipped", runId, asset: each.step.asset, action: each.step.action, causes: [node.step.asset] })
      end(each)
    }
    if (options.failFast) over.unsafeOpen()
    return Effect.forEach([...skipped, node], releaseInputs, { discard: true })
  }

  /** Downstream steps start on the value of a running step, unless they must first know the version of its data. */
  const handOff = (node: StepNode, value: unknown) => {
    if (onlyChanged || node.upstreams.some(({ state }) => state !== "ended")) return
    node.handedOff = true
    node.value = Exit.succeed(value)
    enqueueDownstreams(node)
  }

  /** Stops the downstream steps that have started on a value that was handed off. They wait for the step again. */
  const withdraw = Effect.fnUntraced(function* (node: StepNode, exit: Exit.Exit<unknown, unknown>) {
    if (!node.handedOff) return
    node.handedOff = false
    node.value = none
    const readers = node.downstreams.filter(({ state }) => state !== "ended")
    const running = readers.filter(({ state }) => state === "running")
    // All of them before the first interruption: while one rolls back, another step must not enqueue the next.
    for (const reader of readers) {
      reader.waitingFor++
      if (reader.state === "queued") reader.state = "waiting"
    }
    yield* Fiber.interruptAll(running.flatMap(({ fiber }) => fiber ?? []))
    for (const reader of running) {
      // The step may have ended by itself before it was interrupted.
      if (isEnded(reader)) continue
      reader.state = "waiting"
      if (Exit.isInterrupted(exit)) continue
      const { asset } = reader.step
      const { _tag: tag, message, retryable } = new UpstreamRestarted({ asset, upstream: node.step.asset })
      const error = { tag, message, retryable }
      emit({ _tag: "StepRetrying", runId, asset, attempt: reader.attempts, error, delayMillis: 0 })
    }
  }, Effect.uninterruptible)

  /** Undefined when a downstream step does not store what it makes: it may need all of the value. */
  const lastMadeFrom = (node: StepNode) => {
    const { asset, downstreams } = node
    return options.full || isKept(node) || downstreams.length === 0 || !downstreams.every(isStored)
      ? undefined
      : versions.madeFrom(
          asset,
          downstreams.map((reader) => reader.asset)
        )
  }

  const attempt = (node: StepNode) => {
    const unconcluded = () => node.upstreams.flatMap(({ concluded, state }) => (state === "ended" ? [] : [concluded.await]))
    return Attempt.run({
      runId,
      asset: node.asset,
      action: node.step.action,
      attempt: ++node.attempts,
      slice: options.sliceOf?.(node.asset.name),
      deadline: node.deadline,
      inputs: () => inputsOf(node, options.given),
      unconcluded,
      early: {
        handOff: (value) => handOff(node, value),
        withdraw: (exit) => withdraw(node, exit),
        concluded: node.concluded.await
      },
      lastMadeFrom: lastMadeFrom(node),
      versions,
      context: unsafeCast(options.context),
      restore: Effect.interruptible,
      clock,
      emit
    })
  }

  /** Fails the step, or puts it in line again after the delay that its retry policy asks for. */
  const retryOrFail = Effect.fnUntraced(function* (node: StepNode, { durationMillis, failure }: Attempt.Failed) {
    const { asset, deadline, step } = node
    const count = ++node.failures
    const delayMillis = RetryPolicy.delayMillis(asset.retry, failure, count, yield* Random.next)
    const late = delayMillis === undefined ? undefined : deadline?.exceededBy(delayMillis, count, failure)
    const { _tag: tag, message, retryable } = late ?? failure
    const event = { runId, asset: step.asset, attempt: node.attempts, error: { tag, message, retryable } }
    if (delayMillis === undefined || late !== undefined) {
      emit({ _tag: "StepFailed", action: step.action, durationMillis, ...event })
      return yield* fail(node)
    }
    const attempts = node.attempts - count + asset.retry.attempts
    emit({ _tag: "StepRetrying", delayMillis, attempts, ...event })
    yield* Effect.interruptible(Effect.sleep(Duration.millis(delayMillis)))
    enqueue(node)
  })

  const leaveUnchanged = (node: StepNode, since: string): Effect.Effect<void> => {
    const { asset } = node
    versions.reused(asset)
    emit({ _tag: "StepUnchanged", runId, asset: asset.name, since })
    const load = asset.storage._tag === "Stored" ? unsafeCast<Effect.Effect<unknown, Failure>>(asset.storage.load) : none
    return succeed(node, onceLoaded(Effect.provide(load, options.context)))
  }

  /** Tries a step once. Only the asset's own work and the delay can be interrupted, never the bookkeeping. */
  const start = (node: StepNode, leave: Effect.Effect<void>): Effect.Effect<void> => {
    const since = unchangedSince(node)
    if (since !== undefined) return Effect.zipRight(leave, leaveUnchanged(node, since))
    return Effect.flatMap(Effect.zipLeft(attempt(node), leave), (outcome) => {
      // An interrupted step ends here. Any other one has failed.
      if (outcome._tag === "Failed") return Effect.zipRight(Effect.interruptible(Effect.void), retryOrFail(node, outcome))
      node.scope = outcome.scope
      return succeed(node, Exit.succeed(outcome.value))
    })
  }

  /** Interrupts the steps that run, and takes the others out of the queue. */
  const close = Effect.suspend(() => {
    isClosed = true
    for (const node of nodes) if (node.state === "queued") node.state = "waiting"
    const running = nodes.flatMap(({ fiber }) => fiber ?? [])
    const released = Effect.forEach(
      nodes.filter((node) => !isKept(node)),
      release,
      { discard: true }
    )
    return running.length === 0 ? released : Effect.zipRight(Fiber.interruptAll(running), released)
  })
  const scheduler: Scheduler = {
    run: Effect.suspend(() => {
      for (const node of nodes) if (node.waitingFor === 0) enqueue(node)
      return unfinishedSteps === 0 ? Effect.void : Effect.ensuring(over.await, close)
    }).pipe(Effect.map(() => (failed ? ("failed" as const) : ("succeeded" as const)))),
    cancelUnfinished: Effect.sync(() => {
      for (const node of nodes) {
        if (isEnded(node)) continue
        emit({ _tag: "StepCanceled", runId, asset: node.step.asset, action: node.step.action })
        end(node)
      }
    }),
    kept: () =>
      new Map(nodes.filter(isKept).map((node) => [node.asset.name, { value: node.value, release: release(node) }] as const))
  }
  return scheduler
})

const isEnded = ({ state }: StepNode): boolean => state === "ended"
