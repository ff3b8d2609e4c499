import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { erase } from "../internal/erase.ts"
import * as Topology from "../internal/topology.ts"
import type { Plan, Step } from "../plan/Plan.ts"

/** One step of a run that goes on, and how it stands. */
export interface StepNode {
  readonly step: Step
  readonly asset: Asset.Any
  /** Indices of the steps that it waits for, and of those that wait for it. */
  readonly upstreams: ReadonlyArray<number>
  readonly downstreams: ReadonlyArray<number>
  waitingFor: number
  /** Steps that still need this one's value; at zero its scope is closed. */
  neededBy: number
  state: "waiting" | "started" | "ended"
  /** What runs it; undefined while it waits for a place to run in. */
  fiber: Fiber.Fiber<void> | undefined
  /** Gives back the place that it runs in, or leaves the line for one. */
  leave: () => void
  /** Attempts so far, those included that began on a value which was taken back. */
  attempts: number
  /** Whether its value was handed on before it has succeeded. */
  early: boolean
  /** Done when it has succeeded. */
  readonly concluded: Deferred.Deferred<void>
  /** An `Exit` that has the value; for an asset that was left as it is, what loads it, once, where somebody asks. */
  value: Effect.Effect<unknown, Failure>
  scope: Scope.CloseableScope | undefined
}

/** The value of a step that has none. */
export const none: Exit.Exit<undefined> = Exit.succeed(undefined)

/** The steps of a plan, none of them begun, and who waits for whom, by index. O(steps + edges). */
export const nodesOf = (plan: Plan<Asset.Any>) => {
  const index = new Map(plan.steps.map((step, i) => [step.asset, i]))
  const upstreams = plan.steps.map((step) => step.after.flatMap((name) => index.get(name) ?? []))
  const downstreams = Topology.reverse(upstreams)
  const nodes = plan.steps.map(
    (step, i): StepNode => ({
      step,
      asset: erase<Asset.Any>(plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1]),
      upstreams: upstreams[i] ?? [],
      downstreams: downstreams[i] ?? [],
      waitingFor: upstreams[i]?.length ?? 0,
      neededBy: downstreams[i]?.length ?? 0,
      state: "waiting",
      fiber: undefined,
      leave: () => {},
      attempts: 0,
      early: false,
      concluded: Deferred.unsafeMake<void>(FiberId.none),
      value: none,
      scope: undefined
    })
  )
  return { nodes, edges: { upstreams, downstreams } }
}

/** Whether the step makes what is kept. */
export const isStored = ({ asset, step }: StepNode) => step.action === "materialize" && asset.storage._tag === "Stored"

/** Lets go of a step's value, which nobody needs any more. */
export const release = (node: StepNode): Effect.Effect<void> => {
  const { scope } = node
  node.value = none
  node.scope = undefined
  return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
}

/** Loads at the first asking that succeeds; whoever asks after a failed one tries again. */
export const onceLoaded = <A, E>(load: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(Effect.makeSemaphore(1), (oneAtATime) => {
    let loaded: Effect.Effect<A> | undefined
    const loading = Effect.tap(load, (value) => {
      loaded = Effect.succeed(value)
    })
    return oneAtATime.withPermits(1)(Effect.suspend((): Effect.Effect<A, E> => loaded ?? loading))
  })
