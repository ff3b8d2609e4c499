import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import type { Metadata } from "../asset/Metadata.ts"
import * as RetryPolicy from "../asset/RetryPolicy.ts"
import { erase } from "../internal/erase.ts"
import * as Topology from "../internal/topology.ts"
import type { Plan, Step } from "../plan/Plan.ts"
import type { EventLog } from "./EventLog.ts"
import { StepContext } from "./StepContext.ts"
import * as StepFailure from "./StepFailure.ts"

export interface Options<A extends Asset.Any> {
  readonly plan: Plan<A>
  readonly runId: string
  readonly log: EventLog
  readonly context: Context.Context<Asset.Context<A>>
  readonly concurrency: number
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
  /** Indices of the steps that wait for this one. */
  readonly downstreams: ReadonlyArray<number>
  readonly upstreams: ReadonlyArray<number>
  waitingFor: number
  /** Steps that still need this one's value; at zero its scope is closed. */
  neededBy: number
  ended: boolean
  value: unknown
  scope: Scope.CloseableScope | undefined
}

/** Prepares a run. O(steps + edges); a step costs a fiber and a few events. */
export const make = Effect.fnUntraced(function* <A extends Asset.Any>(options: Options<A>) {
  const { log, runId } = options
  const nodes = nodesOf(options.plan)
  const slots = yield* Effect.makeSemaphore(options.concurrency)
  const allEnded = yield* Deferred.make<void>()
  const clock = yield* Clock.clockWith(Effect.succeed)
  let unfinished = nodes.length
  let failed = false

  const emit = (event: Parameters<EventLog["unsafeEmit"]>[0]) => log.unsafeEmit(event, clock.unsafeCurrentTimeMillis())

  const end = (node: Node) => {
    node.ended = true
    unfinished--
    if (unfinished === 0) Deferred.unsafeDone(allEnded, Effect.void)
  }

  const release = (node: Node): Effect.Effect<void> => {
    const { scope } = node
    node.value = undefined
    node.scope = undefined
    return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
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

  const skipBelow = (cause: number): Effect.Effect<void> => {
    const causes = [nodes[cause]?.step.asset ?? ""]
    const below = Topology.reach(
      nodes.map((node) => node.downstreams),
      [cause]
    )
    const skipped = [...below].flatMap((index) => {
      const node = nodes[index]
      return index === cause || node === undefined || node.ended ? [] : [node]
    })
    for (const node of skipped) {
      emit({ _tag: "StepSkipped", runId, asset: node.step.asset, causes })
      end(node)
    }
    return Effect.forEach(skipped, letGo, { discard: true })
  }

  /** One attempt: undefined where it succeeded. Only the asset's own work can be interrupted, never the bookkeeping. */
  const attemptOnce = (node: Node, attempt: number) =>
    Effect.uninterruptibleMask(
      Effect.fnUntraced(function* (restore) {
        const { asset, step } = node
        const scope = yield* Scope.make()
        const startedAt = clock.unsafeCurrentTimeNanos()
        let rows = 0
        let metadata: Metadata = {}
        emit({ _tag: "StepStarted", runId, asset: step.asset, attempt })
        const services = Context.merge(
          options.context,
          Context.make(StepContext, {
            runId,
            asset: step.asset,
            attempt,
            progress: (more) => {
              rows += more
              emit({
                _tag: "StepProgressed",
                runId,
                asset: step.asset,
                attempt,
                rows
              })
            },
            metadata: (values) => {
              metadata = { ...metadata, ...values }
            }
          }).pipe(Context.add(Scope.Scope, scope))
        )
        const exit = yield* Effect.exit(restore(Effect.provide(withTimeout(asset, work(node, nodes)), services)))
        const durationMillis = millisBetween(startedAt, clock.unsafeCurrentTimeNanos())
        if (Exit.isSuccess(exit)) {
          node.value = exit.value
          node.scope = scope
          emit({
            _tag: "StepSucceeded",
            runId,
            asset: step.asset,
            action: step.action,
            attempt,
            durationMillis,
            metadata
          })
          return undefined
        }
        yield* Scope.close(scope, exit)
        return {
          failure: StepFailure.fromCause(step.asset, exit.cause),
          durationMillis
        }
      })
    )

  const runStep = Effect.fnUntraced(function* (index: number, node: Node) {
    for (let attempt = 1; ; attempt++) {
      const outcome = yield* slots.withPermits(1)(attemptOnce(node, attempt))
      if (outcome === undefined) return yield* succeed(node)
      const { failure, durationMillis } = outcome
      const error = {
        tag: failure._tag,
        message: failure.message,
        retryable: failure.retryable
      }
      const delayMillis = RetryPolicy.delayMillis(node.asset.retry, failure, attempt, yield* Random.next)
      if (delayMillis === undefined) {
        failed = true
        emit({
          _tag: "StepFailed",
          runId,
          asset: node.step.asset,
          attempt,
          durationMillis,
          error
        })
        end(node)
        yield* skipBelow(index)
        return yield* letGo(node)
      }
      emit({
        _tag: "StepRetrying",
        runId,
        asset: node.step.asset,
        attempt,
        error,
        delayMillis
      })
      yield* Effect.sleep(Duration.millis(delayMillis))
    }
  })

  const succeed = Effect.fnUntraced(function* (node: Node) {
    end(node)
    for (const down of node.downstreams) {
      const downstream = nodes[down]
      if (downstream !== undefined && --downstream.waitingFor === 0 && !downstream.ended) yield* start(down, downstream)
    }
    yield* letGo(node)
    if (node.neededBy === 0) yield* release(node)
  })

  let start: (index: number, node: Node) => Effect.Effect<void> = () => Effect.void
  const scheduler: Scheduler = {
    run: Effect.scoped(
      Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.forEach(nodes, release, { discard: true }))
        const fork = yield* FiberSet.makeRuntime<never>()
        start = (index, node) => Effect.sync(() => void fork(runStep(index, node)))
        yield* Effect.forEach(
          nodes.flatMap((node, index) => (node.waitingFor === 0 ? [[index, node] as const] : [])),
          ([index, node]) => start(index, node),
          { discard: true }
        )
        if (unfinished > 0) yield* Deferred.await(allEnded)
        return failed ? ("failed" as const) : ("succeeded" as const)
      })
    ),
    cancelUnfinished: Effect.sync(() => {
      for (const node of nodes) {
        if (!node.ended) {
          emit({ _tag: "StepCanceled", runId, asset: node.step.asset })
          end(node)
        }
      }
    })
  }
  return scheduler
})

/** Whole-and-a-bit milliseconds between two readings of the monotonic clock. */
export const millisBetween = (from: bigint, to: bigint): number => Number((to - from) / 1_000n) / 1_000

const nodesOf = (plan: Plan<Asset.Any>): ReadonlyArray<Node> => {
  const index = new Map(plan.steps.map((step, i) => [step.asset, i]))
  const upstreams = plan.steps.map((step) => step.after.flatMap((name) => index.get(name) ?? []))
  const downstreams = Topology.reverse(upstreams)
  return plan.steps.map((step, i) => ({
    step,
    asset: erase<Asset.Any>(plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1]),
    upstreams: upstreams[i] ?? [],
    downstreams: downstreams[i] ?? [],
    waitingFor: upstreams[i]?.length ?? 0,
    neededBy: downstreams[i]?.length ?? 0,
    ended: false,
    value: undefined,
    scope: undefined
  }))
}

const work = ({ asset, step, upstreams }: Node, nodes: ReadonlyArray<Node>): Effect.Effect<unknown, Failure> => {
  if (step.action === "load") {
    return asset.storage._tag === "Stored"
      ? erase(asset.storage.load)
      : Effect.die(new Error(`${asset.name} is ephemeral and cannot be loaded`))
  }
  const values = new Map(upstreams.map((up) => [nodes[up]?.asset.name, nodes[up]?.value]))
  const inputs = Object.fromEntries(
    Object.entries(asset.upstreams).map(([key, upstream]) => [key, values.get(upstream.name)])
  )
  return Effect.suspend(() => erase<Effect.Effect<unknown, Failure>>(asset.materialize(erase<never>(inputs))))
}

const withTimeout = <A, E>({ name, timeout }: Asset.Any, effect: Effect.Effect<A, E>) =>
  timeout === undefined
    ? effect
    : Effect.timeoutFail(effect, {
        duration: timeout,
        onTimeout: () =>
          new StepFailure.StepTimedOut({
            asset: name,
            limitMillis: Duration.toMillis(Duration.decode(timeout))
          })
      })
