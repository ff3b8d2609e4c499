import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import * as RetryPolicy from "../asset/RetryPolicy.ts"
import { erase } from "../internal/erase.ts"
import * as Topology from "../internal/topology.ts"
import type { Plan } from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Draft, EventLog } from "./EventLog.ts"
import * as Slots from "./Slots.ts"
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
  const slots = Slots.make(options.concurrency)
  const pools = new Map(Object.entries(options.pools).map(([pool, limit]) => [pool, [Slots.make(limit), slots]]))
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
  const letGo = (node: StepNode): Effect.Effect<void> => {
    const unneeded = node.upstreams.flatMap((up) => {
      const upstream = nodes[up]
      return upstream !== undefined && --upstream.neededBy === 0 ? [upstream] : []
    })
    return unneeded.length === 0 ? Effect.void : Effect.forEach(unneeded, release, { discard: true })
  }

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
    node.value = Exit.succeed(value)
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
    // Those in line leave it first, or they would come in where others are stopped.
    for (const { fiber, leave } of begun) if (fiber === undefined) leave()
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

  /**
   * The values that an asset is made of, by the names that it calls them; those of assets left as they are may have to be
   * loaded.
   */
  const inputsOf = ({ asset, upstreams }: StepNode): Effect.Effect<Readonly<Record<string, unknown>>, Failure> => {
    const values = new Map(upstreams.map((up) => [nodes[up]?.asset.name, nodes[up]?.value ?? none]))
    const inputs: Record<string, unknown> = {}
    const loading: Array<Effect.Effect<void, Failure>> = []
    for (const [name, upstream] of Object.entries(asset.upstreams)) {
      const value = values.get(upstream.name) ?? none
      if (Exit.isExit(value)) inputs[name] = Exit.getOrElse(value, () => undefined)
      else {
        const load = Effect.map(value, (loaded) => {
          inputs[name] = loaded
        })
        loading.push(load)
      }
    }
    return loading.length === 0 ? Effect.succeed(inputs) : Effect.as(Effect.all(loading, { discard: true }), inputs)
  }

  const attempt = (node: StepNode, deadline: StepDeadline.StepDeadline | undefined, restore: Attempt.Restore) => {
    const { asset, step } = node
    return Attempt.run({
      runId,
      asset,
      action: step.action,
      attempt: ++node.attempts,
      deadline,
      inputs: () => inputsOf(node),
      unconcluded: () =>
        node.upstreams.flatMap((up) => {
          const upstream = nodes[up]
          return upstream === undefined || upstream.state === "ended" ? [] : [Deferred.await(upstream.concluded)]
        }),
      early: {
        handOn: (value) => handOn(node, value),
        withdraw: (exit) => withdraw(node, exit),
        concluded: Deferred.await(node.concluded)
      },
      lastMadeFrom: lastMadeFrom(node),
      versions: options.versions,
      context: erase(options.context),
      restore,
      clock,
      emit
    })
  }

  /** Only the asset's own work and the waiting can be interrupted, never the bookkeeping. Begins with its place taken. */
  const runStep = (index: number, node: StepNode): Effect.Effect<void> =>
    Effect.uninterruptibleMask((restore) => {
      const deadline = StepDeadline.make(node.asset, clock)
      const from = (count: number): Effect.Effect<void> =>
        Effect.flatMap(attempt(node, deadline, restore), (outcome) => {
          node.leave()
          // Where it was stopped, it ends here; otherwise it has failed.
          if (outcome._tag === "Failed") return Effect.zipRight(restore(Effect.void), afterFailure(outcome, count))
          node.scope = outcome.scope
          return succeed(node, Exit.succeed(outcome.value))
        })
      const afterFailure = Effect.fnUntraced(function* ({ durationMillis, failure }: Attempt.Failed, count: number) {
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
        yield* restore(Effect.zipRight(Effect.sleep(Duration.millis(delayMillis)), place(node)))
        return yield* from(count + 1)
      })
      return from(1)
    })

  /** Waits for a place to run in. */
  const place = (node: StepNode) =>
    Effect.async<void>((resume) => {
      enter(node, () => resume(Effect.void))
      return Effect.sync(() => node.leave())
    })
  const enter = (node: StepNode, taken: () => void) => {
    const { pool } = node.asset
    node.leave = Slots.takeAll((pool === undefined ? undefined : pools.get(pool)) ?? [slots], taken)
  }

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

  const succeed = (node: StepNode, value: StepNode["value"]): Effect.Effect<void> => {
    node.value = value
    end(node)
    if (!node.early) startThoseAfter(node)
    Deferred.unsafeDone(node.concluded, Effect.void)
    const upstreams = letGo(node)
    return node.neededBy === 0 ? Effect.zipRight(upstreams, release(node)) : upstreams
  }

  let isOver = false
  let fork: ReturnType<typeof Runtime.runFork<never>> | undefined
  /** Runs a step's work in a fiber of its own, not before the caller is done: a long chain of steps would nest. */
  const begin = (node: StepNode, work: Effect.Effect<void>) => {
    if (fork === undefined || isOver) return
    const fiber = fork(work, { immediate: false })
    node.fiber = fiber
    fiber.addObserver(() => {
      node.fiber = undefined
      node.leave()
    })
  }
  const start = (index: number, node: StepNode) => {
    node.state = "started"
    const last = options.onlyChanged && isStored(node) ? options.versions.unchanged(node.asset) : undefined
    if (last === undefined) enter(node, () => begin(node, runStep(index, node)))
    else begin(node, leave(node, last.at))
  }
  const startThoseAfter = (node: StepNode) => {
    for (const down of node.downstreams) {
      const downstream = nodes[down]
      if (downstream !== undefined && --downstream.waitingFor === 0 && downstream.state === "waiting")
        start(down, downstream)
    }
  }

  const stop = Effect.suspend(() => {
    isOver = true
    const running = Fiber.interruptAll(nodes.flatMap(({ fiber }) => fiber ?? []))
    return Effect.zipRight(running, Effect.forEach(nodes, release, { discard: true }))
  })
  const scheduler: Scheduler = {
    run: Effect.flatMap(Effect.runtime<never>(), (runtime) => {
      fork = Runtime.runFork(runtime)
      for (const [index, node] of nodes.entries()) if (node.waitingFor === 0) start(index, node)
      const ended = unfinished === 0 ? Effect.void : Deferred.await(allEnded)
      return Effect.map(ended, () => (failed ? ("failed" as const) : ("succeeded" as const)))
    }).pipe(Effect.ensuring(stop)),
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
