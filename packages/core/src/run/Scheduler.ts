import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import * as Record from "effect/Record"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import * as RetryPolicy from "../asset/RetryPolicy.ts"
import { erase } from "../internal/erase.ts"
import * as Topology from "../internal/topology.ts"
import type { Plan } from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Draft, EventLog } from "./EventLog.ts"
import * as StepDeadline from "./StepDeadline.ts"
import { UpstreamRestarted } from "./StepFailure.ts"
import { isStored, nodesOf, none, onceLoaded, release, type StepNode } from "./StepNode.ts"
import type { Versions } from "./Versions.ts"

export interface Options<A extends Asset.Any> {
  readonly plan: Plan<A>
  readonly runId: string
  readonly log: EventLog
  readonly context: Context.Context<Asset.Context<A>>
  readonly concurrency: number
  /** How many steps of a pool may run at once; a pool that is not here has no limit of its own. */
  readonly pools: Readonly<Record<string, number>>
  /** Whether the first failed step ends the run: what has not started is skipped, what runs is canceled. */
  readonly failFast: boolean
  readonly versions: Versions
  /** Whether a stored asset whose code and inputs are those of its last materialization is left as it is. */
  readonly onlyChanged: boolean
  /** Whether everything is made anew: no step is told what was last made of its data. */
  readonly full: boolean
}

/** The steps of one run: starts each when the steps before it have succeeded, and knows how each stands. */
export interface Scheduler {
  /** Runs all steps to their end; interrupting it interrupts those that run. */
  readonly run: Effect.Effect<"succeeded" | "failed">
  /** Marks what has not ended as canceled. */
  readonly cancelUnfinished: Effect.Effect<void>
}

/** Prepares a run. O(steps + edges); a step costs a fiber and a few events. */
export const make = Effect.fnUntraced(function* <A extends Asset.Any>(options: Options<A>) {
  const { log, runId } = options
  const { edges, nodes } = nodesOf(options.plan)
  const slots = yield* Effect.makeSemaphore(options.concurrency)
  const pools = new Map<string, Effect.Semaphore>()
  for (const [pool, limit] of Object.entries(options.pools)) pools.set(pool, yield* Effect.makeSemaphore(limit))
  const allEnded = yield* Deferred.make<void>()
  const clock = yield* Clock.clockWith(Effect.succeed)
  let unfinished = nodes.length
  let failed = false

  const emit = (event: Draft) => log.unsafeEmit(event, clock.unsafeCurrentTimeMillis())

  const end = (node: StepNode) => {
    node.state = "ended"
    unfinished--
    if (unfinished === 0) Deferred.unsafeDone(allEnded, Effect.void)
  }

  /** A step that ended needs its upstreams' values no more; what nobody needs any more is let go. */
  const letGo = (node: StepNode) =>
    Effect.forEach(
      node.upstreams.flatMap((up) => {
        const upstream = nodes[up]
        return upstream !== undefined && --upstream.neededBy === 0 ? [upstream] : []
      }),
      release,
      { discard: true }
    )

  const skip = (indices: Iterable<number>, cause: StepNode): Effect.Effect<void> => {
    const skipped = [...indices].flatMap((index) => (nodes[index]?.state === "waiting" ? [nodes[index]] : []))
    for (const node of skipped) {
      const { action, asset } = node.step
      emit({ _tag: "StepSkipped", runId, asset, action, causes: [cause.step.asset] })
      end(node)
    }
    return Effect.forEach(skipped, letGo, { discard: true })
  }

  /** Steps downstream begin on the value of one that still works, unless they must first know which data it will be. */
  const handOn = (node: StepNode, value: unknown) => {
    if (options.onlyChanged || node.upstreams.some((up) => nodes[up]?.state !== "ended")) return
    node.early = true
    node.value = Effect.succeed(value)
    startThoseAfter(node)
  }

  /** Stops those who have begun on a value that was handed on; they wait for the step again. */
  const withdraw = Effect.fnUntraced(function* (node: StepNode, exit: Exit.Exit<unknown, unknown>) {
    if (!node.early) return
    node.early = false
    node.value = none
    const readers = node.downstreams.flatMap((down) => {
      const reader = nodes[down]
      return reader === undefined || reader.state === "ended" ? [] : [reader]
    })
    // At once: another upstream may be taking its value back too, and must not have them start in between.
    for (const reader of readers) reader.waitingFor++
    const begun = readers.filter(({ state }) => state === "started")
    yield* Fiber.interruptAll(begun.flatMap(({ fiber }) => fiber ?? []))
    for (const reader of readers) {
      // It may have come to an end of its own meanwhile.
      if (reader.state === "ended") continue
      reader.state = "waiting"
      if (!begun.includes(reader) || reader.attempts === 0 || Exit.isInterrupted(exit)) continue
      const { asset } = reader.step
      const { _tag: tag, message, retryable } = new UpstreamRestarted({ asset, upstream: node.step.asset })
      const error = { tag, message, retryable }
      emit({ _tag: "StepRetrying", runId, asset, attempt: reader.attempts, error, delayMillis: 0 })
    }
  }, Effect.uninterruptible)

  /** Whoever needs the value and does not store it may need all of it. */
  const lastMadeFrom = ({ asset, downstreams }: StepNode) => {
    const readers = downstreams.flatMap((down) => nodes[down] ?? [])
    return options.full || readers.length === 0 || !readers.every(isStored)
      ? undefined
      : options.versions.madeFrom(
          asset,
          readers.map((reader) => reader.asset)
        )
  }

  const attempt = (node: StepNode, deadline: StepDeadline.StepDeadline | undefined) => {
    const { asset, step } = node
    const early = {
      handOn: (value: unknown) => handOn(node, value),
      withdraw: (exit: Exit.Exit<unknown, Failure>) => withdraw(node, exit),
      concluded: Deferred.await(node.concluded)
    }
    const inputsConcluded = Effect.suspend(() =>
      Effect.forEach(
        node.upstreams.flatMap((up) =>
          nodes[up] === undefined || nodes[up].state === "ended" ? [] : [nodes[up].concluded]
        ),
        Deferred.await,
        { discard: true }
      )
    )
    const values = new Map(node.upstreams.map((up) => [nodes[up]?.asset.name, nodes[up]?.value ?? none]))
    const inputs = Effect.suspend(() =>
      Effect.all(Record.map(asset.upstreams, (upstream) => values.get(upstream.name) ?? none))
    )
    const { action } = step
    const { context, versions } = options
    const once = slots.withPermits(1)(
      Effect.suspend(() => {
        const attempt = ++node.attempts
        const of = { runId, asset, action, attempt, deadline, inputs, inputsConcluded, early }
        const from = { lastMadeFrom: lastMadeFrom(node) }
        return Attempt.run({ ...of, ...from, versions, context: erase(context), clock, emit })
      })
    )
    const pool = asset.pool === undefined ? undefined : pools.get(asset.pool)
    return pool === undefined ? once : pool.withPermits(1)(once)
  }

  const runStep = Effect.fnUntraced(function* (index: number, node: StepNode) {
    const last = options.onlyChanged && isStored(node) ? options.versions.unchanged(node.asset) : undefined
    if (last !== undefined) return yield* leave(node, last.at)
    const deadline = StepDeadline.make(node.asset, clock)
    for (let count = 1; ; count++) {
      const outcome = yield* attempt(node, deadline)
      if (outcome._tag === "Succeeded") {
        node.scope = outcome.scope
        return yield* succeed(node, Effect.succeed(outcome.value))
      }
      const { durationMillis, failure } = outcome
      const delayMillis = RetryPolicy.delayMillis(node.asset.retry, failure, count, yield* Random.next)
      const late = delayMillis === undefined ? undefined : deadline?.exceededBy(delayMillis, count, failure)
      const { _tag: tag, message, retryable } = late ?? failure
      const event = { runId, asset: node.step.asset, attempt: node.attempts, error: { tag, message, retryable } }
      if (delayMillis === undefined || late !== undefined) {
        emit({ _tag: "StepFailed", action: node.step.action, durationMillis, ...event })
        return yield* fail(index, node)
      }
      const attempts = node.attempts - count + node.asset.retry.attempts
      emit({ _tag: "StepRetrying", delayMillis, attempts, ...event })
      yield* Effect.sleep(Duration.millis(delayMillis))
    }
  })

  const fail = Effect.fnUntraced(function* (index: number, node: StepNode) {
    failed = true
    end(node)
    yield* skip(options.failFast ? nodes.keys() : Topology.reach(edges.downstreams, [index]), node)
    yield* letGo(node)
    if (options.failFast) Deferred.unsafeDone(allEnded, Effect.void)
  })

  const leave = Effect.fnUntraced(function* (node: StepNode, since: string) {
    const { asset } = node
    options.versions.reused(asset)
    emit({ _tag: "StepUnchanged", runId, asset: asset.name, since })
    const load = asset.storage._tag === "Stored" ? erase<Effect.Effect<unknown, Failure>>(asset.storage.load) : none
    yield* succeed(node, yield* onceLoaded(Effect.provide(load, options.context)))
  })

  const succeed = Effect.fnUntraced(function* (node: StepNode, value: StepNode["value"]) {
    node.value = value
    end(node)
    if (!node.early) startThoseAfter(node)
    Deferred.unsafeDone(node.concluded, Effect.void)
    yield* letGo(node)
    if (node.neededBy === 0) yield* release(node)
  })

  let fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void> | undefined = () => undefined
  const start = (index: number, node: StepNode) => {
    node.state = "started"
    node.fiber = fork(runStep(index, node))
  }
  const startThoseAfter = (node: StepNode) => {
    for (const down of node.downstreams) {
      const downstream = nodes[down]
      if (downstream !== undefined && --downstream.waitingFor === 0 && downstream.state === "waiting")
        start(down, downstream)
    }
  }

  const scheduler: Scheduler = {
    run: Effect.scoped(
      Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.forEach(nodes, release, { discard: true }))
        fork = yield* FiberSet.makeRuntime<never>()
        for (const [index, node] of nodes.entries()) {
          // A step that is left as it is ends at once, and may have started what the loop comes to next.
          if (node.waitingFor === 0 && node.state === "waiting") start(index, node)
        }
        if (unfinished > 0) yield* Deferred.await(allEnded)
        return failed ? "failed" : "succeeded"
      })
    ),
    cancelUnfinished: Effect.sync(() => {
      for (const node of nodes) {
        if (node.state === "ended") continue
        emit({ _tag: "StepCanceled", runId, asset: node.step.asset, action: node.step.action })
        end(node)
      }
    })
  }
  return scheduler
})
