import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import * as RunResult from "@sluice/core/run/RunResult"
import type { RunStore } from "@sluice/core/run/RunStore"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import { cases } from "../../../test/setup/size.ts"

/** A graph of untyped assets, given as upstream names by name; `stored` ones can be loaded. */
export const graphOf = (
  edges: Readonly<Record<string, ReadonlyArray<string>>>,
  stored: ReadonlyArray<string> = [],
  work: (name: string) => Effect.Effect<unknown> = Effect.succeed
) => {
  const assets = new Map<string, Asset.Any>()
  for (const [name, ups] of Object.entries(edges)) {
    const upstreams = Object.fromEntries(
      ups.flatMap((up) => (assets.has(up) ? [[up, assets.get(up)]] : []))
    ) as Asset.Upstreams
    assets.set(
      name,
      Asset.make(name, {
        upstreams,
        materialize: () => work(name),
        ...(stored.includes(name)
          ? { storage: Storage.stored({ kind: "table", load: Effect.succeed(`${name} loaded`) }) }
          : {})
      })
    )
  }
  return Either.getOrThrow(AssetGraph.fromAssets([...assets.values()]))
}

/** A random acyclic graph of up to `most` assets n0, n1, … whose arrows point from lower to higher numbers. */
export const arbitraryEdges = (most: number): FastCheck.Arbitrary<Record<string, ReadonlyArray<string>>> =>
  FastCheck.integer({ min: 1, max: most }).chain((count) =>
    FastCheck.tuple(
      ...Array.from({ length: count }, (_, i) =>
        FastCheck.uniqueArray(FastCheck.integer({ min: 0, max: Math.max(i - 1, 0) }), { maxLength: Math.min(i, 4) })
      )
    ).map((all) => Object.fromEntries(all.map((ups, i) => [`n${i}`, i === 0 ? [] : ups.map((up) => `n${up}`)])))
  )

/**
 * Holds a law of effects to `runs` random values. As `it.effect.prop` does, but without all the services of a test for each
 * value, which take ten times as long as a run of a small graph; a sleep takes a turn of the scheduler and no time; one of a second or more, which bounds
 * something, takes a hundred.
 */
export const holds = <A>(
  arbitrary: FastCheck.Arbitrary<A>,
  law: (value: A) => Effect.Effect<void>,
  runs = cases(300)
): Promise<void> =>
  FastCheck.assert(
    FastCheck.asyncProperty(arbitrary, (value) => Effect.runPromise(Effect.withClock(law(value), timeless))),
    { numRuns: runs }
  )

/** Fails where a fiber that was interrupted ended by anything but that or itself: a law would hold of what never ran. */
export const brokeNothing = (exit: Exit.Exit<unknown, unknown>): void => {
  if (Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)) throw Cause.squash(exit.cause)
}

const timeless: Clock.Clock = Object.assign(Clock.make(), {
  sleep: (duration: Duration.Duration) =>
    Duration.toMillis(duration) < 1_000 ? Effect.yieldNow() : Effect.repeatN(Effect.yieldNow(), 100)
})

/** The plan for some names, or all of them when there are none; everything stored counts as materialized. */
export const planOf = <A extends Asset.Any>(graph: AssetGraph.AssetGraph<A>, ...selected: ReadonlyArray<string>) => {
  const selection =
    selected.length === 0
      ? Selection.all
      : selected.map((each): Selection.Selection => Selection.name(each)).reduce(Selection.or)
  return Either.getOrThrow(
    Plan.make(graph, {
      selection: SelectionText.print(selection),
      selected: Either.getOrThrow(SelectionQuery.resolve(selection, graph)),
      isMaterialized: () => true
    })
  )
}

/** A graph of assets that are known to fit together. */
export const sealed = <const A extends ReadonlyArray<Asset.Any>>(assets: A) =>
  Either.getOrThrow(AssetGraph.fromAssets<A[number]>(assets))

/** Makes all of these assets, which need no services. */
export const runAll = (assets: ReadonlyArray<Asset.Any>, options: Partial<Executor.Options> = {}) =>
  Executor.run(planOf(sealed(assets)), { concurrency: 4, ...options }) as Effect.Effect<RunResult.RunResult, never, RunStore>

/** `name Succeeded` and so on, in the order of the plan. */
export const states = (result: RunResult.RunResult) =>
  RunResult.stepsOf(result).map(({ asset, state }) => `${asset} ${state._tag}`)

/** An asset that is never done. */
export const endless = Asset.make("endless", { materialize: () => Effect.never })
