import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Plan, Planned } from "../plan/Plan.ts"
import * as StepDeadline from "./StepDeadline.ts"

/** One step of a run in progress, linked to the steps around it. */
export interface StepNode {
  readonly step: Planned
  readonly asset: Asset.Any
  readonly deadline: StepDeadline.StepDeadline | undefined
  readonly upstreams: ReadonlyArray<StepNode>
  readonly downstreams: ReadonlyArray<StepNode>
  /** Upstream steps that have no value yet. */
  waitingFor: number
  /** Downstream steps that have not ended. At zero, the step's value is released. */
  neededBy: number
  /** A queued step waits for a place; a running step has a fiber. A step that waits to retry is running too. */
  state: "waiting" | "queued" | "running" | "ended"
  /** The fiber of the attempt that runs. It may end after the step. */
  fiber: Fiber.Fiber<unknown, unknown> | undefined
  /** Attempts so far, including those that an upstream step's restart interrupted. */
  attempts: number
  /** Attempts that failed by themselves. */
  failures: number
  /** Whether downstream steps have the value before the step has ended. */
  handedOff: boolean
  /** Opens when the step has succeeded. */
  readonly concluded: Effect.Latch
  /** An `Exit` with the value. For an unchanged asset, an effect that loads the value once, on demand. */
  value: Effect.Effect<unknown, Failure>
  scope: Scope.CloseableScope | undefined
}

/** The value of a step that has none. */
export const none: Exit.Exit<undefined> = Exit.succeed(undefined)

/** The steps of a plan, in its order and linked to each other. O(steps + edges). */
export const nodesOf = (plan: Plan<Asset.Any>, clock: Clock.Clock): ReadonlyArray<StepNode> => {
  const nodes = new Map<string, LinkedNode>()
  for (const step of plan.steps) {
    const asset = unsafeCast<Asset.Any>(plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1])
    const upstreams = step.after.flatMap((name) => nodes.get(name) ?? [])
    const node: LinkedNode = {
      step,
      asset,
      deadline: StepDeadline.make(asset, clock),
      upstreams,
      downstreams: [],
      waitingFor: upstreams.length,
      neededBy: 0,
      state: "waiting",
      fiber: undefined,
      attempts: 0,
      failures: 0,
      handedOff: false,
      concluded: Effect.unsafeMakeLatch(),
      value: none,
      scope: undefined
    }
    nodes.set(step.asset, node)
    for (const upstream of upstreams) {
      upstream.downstreams.push(node)
      upstream.neededBy++
    }
  }
  return [...nodes.values()]
}

interface LinkedNode extends StepNode {
  readonly downstreams: Array<StepNode>
}

/** All steps that depend on a step, directly or not. */
export const descendants = (node: StepNode): ReadonlySet<StepNode> => {
  const found = new Set(node.downstreams)
  for (const each of found) for (const downstream of each.downstreams) found.add(downstream)
  return found
}

/** Whether the step makes stored data. */
export const isStored = ({ asset, step }: StepNode) => step.action === "materialize" && asset.storage._tag === "Stored"

/** The value of an upstream that is no step of the plan, under the name that the asset gives it. */
export type Given = (asset: Asset.Any, name: string) => Effect.Effect<unknown, Failure>

/** The upstream values of a step, by the names that its asset gives them. Values of unchanged assets are loaded here. */
export const inputsOf = (
  { asset, upstreams }: StepNode,
  given: Given = () => none
): Effect.Effect<Readonly<Record<string, unknown>>, Failure> => {
  const values = new Map(upstreams.map((upstream) => [upstream.asset.name, upstream.value]))
  const inputs: Record<string, unknown> = {}
  const loading: Array<Effect.Effect<void, Failure>> = []
  for (const [name, upstream] of Object.entries(asset.upstreams)) {
    const value = values.get(upstream.name) ?? given(asset, name)
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

/** Drops a step's value and closes the scope that the value lives in. */
export const release = (node: StepNode): Effect.Effect<void> => {
  const { scope } = node
  node.value = none
  node.scope = undefined
  return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
}

/** Releases the values that no other step needs once this step has ended. */
export const releaseInputs = (node: StepNode): Effect.Effect<void> => {
  const unneeded = node.upstreams.filter((upstream) => --upstream.neededBy === 0)
  return unneeded.length === 0 ? Effect.void : Effect.forEach(unneeded, release, { discard: true })
}

/** Remembers the first load that succeeds. After a failed load, the next caller tries again. */
export const onceLoaded = <A, E>(load: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const oneAtATime = Effect.unsafeMakeSemaphore(1)
  let loaded: Effect.Effect<A> | undefined
  const loading = Effect.tap(load, (value) => {
    loaded = Effect.succeed(value)
  })
  return oneAtATime.withPermits(1)(Effect.suspend((): Effect.Effect<A, E> => loaded ?? loading))
}
