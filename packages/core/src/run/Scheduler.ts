import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import * as Record from "effect/Record"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import * as RetryPolicy from "../asset/RetryPolicy.ts"
import { erase } from "../internal/erase.ts"
import * as Topology from "../internal/topology.ts"
import type { Plan, Step } from "../plan/Plan.ts"
import * as Attempt from "./Attempt.ts"
import type { Draft, EventLog } from "./EventLog.ts"
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
}

/** The steps of one run: starts each when the steps before it have succeeded, and knows how each stands. */
export interface Scheduler {
  /** Runs all steps to their end; interrupting it interrupts those that run. */
  readonly run: Effect.Effect<"succeeded" | "failed">
  /** Marks what has not ended as canceled. */
  readonly cancelUnfinished: Effect.Effect<void>
}

interface Node {
  readonly step: Step
  readonly asset: Asset.Any
  /** Indices of the steps that it waits for, and of those that wait for it. */
  readonly upstreams: ReadonlyArray<number>
  readonly downstreams: ReadonlyArray<number>
  waitingFor: number
  /** Steps that still need this one's value; at zero its scope is closed. */
  neededBy: number
  state: "waiting" | "started" | "ended"
  /** Has the value; for an asset that was left as it is, by loading it, once, where somebody asks. */
  value: Effect.Effect<unknown, Failure>
  scope: Scope.CloseableScope | undefined
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

  const end = (node: Node) => {
    node.state = "ended"
    unfinished--
    if (unfinished === 0) Deferred.unsafeDone(allEnded, Effect.void)
  }

  /** A step that ended needs its upstreams' values no more; what nobody needs any more is let go. */
  const letGo = (node: Node) =>
    Effect.forEach(
      node.upstreams.flatMap((up) => {
        const upstream = nodes[up]
        return upstream !== undefined && --upstream.neededBy === 0 ? [upstream] : []
      }),
      release,
      { discard: true }
    )

  const skip = (indices: Iterable<number>, cause: Node): Effect.Effect<void> => {
    const skipped = [...indices].flatMap((index) => (nodes[index]?.state === "waiting" ? [nodes[index]] : []))
    for (const node of skipped) {
      const { action, asset } = node.step
      emit({ _tag: "StepSkipped", runId, asset, action, causes: [cause.step.asset] })
      end(node)
    }
    return Effect.forEach(skipped, letGo, { discard: true })
  }

  const attempt = (node: Node, attempt: number) => {
    const { asset, step } = node
    const values = new Map(node.upstreams.map((up) => [nodes[up]?.asset.name, nodes[up]?.value ?? none]))
    const inputs = Effect.suspend(() =>
      Effect.all(Record.map(asset.upstreams, (upstream) => values.get(upstream.name) ?? none))
    )
    const { action } = step
    const { context, versions } = options
    const once = slots.withPermits(1)(
      Attempt.run({ runId, asset, action, attempt, inputs, versions, context: erase(context), clock, emit })
    )
    const pool = asset.pool === undefined ? undefined : pools.get(asset.pool)
    return pool === undefined ? once : pool.withPermits(1)(once)
  }

  const runStep = Effect.fnUntraced(function* (index: number, node: Node) {
    const last = options.onlyChanged && isStored(node) ? options.versions.unchanged(node.asset) : undefined
    if (last !== undefined) return yield* leave(node, last.at)
    for (let count = 1; ; count++) {
      const outcome = yield* attempt(node, count)
      if (outcome._tag === "Succeeded") {
        node.scope = outcome.scope
        return yield* succeed(node, Effect.succeed(outcome.value))
      }
      const { durationMillis, failure } = outcome
      const { _tag: tag, message, retryable } = failure
      const event = { runId, asset: node.step.asset, attempt: count, error: { tag, message, retryable } }
      const delayMillis = RetryPolicy.delayMillis(node.asset.retry, failure, count, yield* Random.next)
      if (delayMillis === undefined) {
        emit({ _tag: "StepFailed", action: node.step.action, durationMillis, ...event })
        return yield* fail(index, node)
      }
      emit({ _tag: "StepRetrying", delayMillis, ...event })
      yield* Effect.sleep(Duration.millis(delayMillis))
    }
  })

  const fail = Effect.fnUntraced(function* (index: number, node: Node) {
    failed = true
    end(node)
    yield* skip(options.failFast ? nodes.keys() : Topology.reach(edges.downstreams, [index]), node)
    yield* letGo(node)
    if (options.failFast) Deferred.unsafeDone(allEnded, Effect.void)
  })

  const leave = Effect.fnUntraced(function* (node: Node, since: string) {
    const { asset } = node
    options.versions.reused(asset)
    emit({ _tag: "StepUnchanged", runId, asset: asset.name, since })
    const load = asset.storage._tag === "Stored" ? erase<Effect.Effect<unknown, Failure>>(asset.storage.load) : none
    yield* succeed(node, yield* onceLoaded(Effect.provide(load, options.context)))
  })

  const succeed = Effect.fnUntraced(function* (node: Node, value: Node["value"]) {
    node.value = value
    end(node)
    for (const down of node.downstreams) {
      const downstream = nodes[down]
      if (downstream !== undefined && --downstream.waitingFor === 0 && downstream.state === "waiting")
        start(down, downstream)
    }
    yield* letGo(node)
    if (node.neededBy === 0) yield* release(node)
  })

  let fork: (effect: Effect.Effect<void>) => unknown = () => undefined
  const start = (index: number, node: Node) => {
    node.state = "started"
    fork(runStep(index, node))
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

const none = Effect.void

/** Loads at the first asking that succeeds; whoever asks after a failed one tries again. */
const onceLoaded = <A, E>(load: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(Effect.makeSemaphore(1), (oneAtATime) => {
    let loaded: Effect.Effect<A> | undefined
    const loading = Effect.tap(load, (value) => {
      loaded = Effect.succeed(value)
    })
    return oneAtATime.withPermits(1)(Effect.suspend((): Effect.Effect<A, E> => loaded ?? loading))
  })

const isStored = ({ asset, step }: Node) => step.action === "materialize" && asset.storage._tag === "Stored"

const release = (node: Node): Effect.Effect<void> => {
  const { scope } = node
  node.value = none
  node.scope = undefined
  return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
}

const nodesOf = (plan: Plan<Asset.Any>) => {
  const index = new Map(plan.steps.map((step, i) => [step.asset, i]))
  const upstreams = plan.steps.map((step) => step.after.flatMap((name) => index.get(name) ?? []))
  const downstreams = Topology.reverse(upstreams)
  const nodes = plan.steps.map(
    (step, i): Node => ({
      step,
      asset: erase<Asset.Any>(plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1]),
      upstreams: upstreams[i] ?? [],
      downstreams: downstreams[i] ?? [],
      waitingFor: upstreams[i]?.length ?? 0,
      neededBy: downstreams[i]?.length ?? 0,
      state: "waiting",
      value: none,
      scope: undefined
    })
  )
  return { nodes, edges: { upstreams, downstreams } }
}
