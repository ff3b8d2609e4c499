import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import { fingerprint } from "@sluice/core/fingerprint"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { planOf } from "../support.ts"

const storage = Storage.stored({ kind: "table", columns: [], load: Effect.succeed(0) })

/** A source, masks that are made of it, and a table of both, which a run begins when it may. */
const world = (begun: Effect.Effect<void>, mayGoOn: Effect.Effect<void>, version: string) => {
  const source = Asset.make("source", {
    codeVersion: "1",
    materialize: () => Effect.as(StepContext.dataVersion(version), 0)
  })
  const masks = Asset.make("masks", {
    codeVersion: "1",
    upstreams: { source },
    storage,
    materialize: () => Effect.succeed(0)
  })
  const table = Asset.make("table", {
    codeVersion: "1",
    upstreams: { source, masks },
    storage,
    materialize: () => Effect.as(Effect.zipRight(begun, mayGoOn), 0)
  })
  return AssetGraph.make([source, masks, table])
}

const run = (begun: Effect.Effect<void>, mayGoOn: Effect.Effect<void>, version: string) =>
  Effect.flatMap(world(begun, mayGoOn, version), (graph) => Executor.run(planOf(graph), { concurrency: 1 }))

/**
 * Two runs at once: the first one's table is made from its masks after the other has made masks and table. Tells how all
 * stand.
 */
const atOnce = (versions: readonly [string, string]) =>
  Effect.gen(function* () {
    const [begun, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const first = yield* Effect.fork(run(Deferred.succeed(begun, undefined), Deferred.await(ended), versions[0]))
    const atLeastStarted = Deferred.await(begun)
    const second = yield* Effect.fork(run(Effect.void, Effect.void, versions[1]))
    yield* atLeastStarted
    yield* Fiber.join(second)
    yield* Deferred.succeed(ended, undefined)
    yield* Fiber.join(first)
    const standings = yield* Planner.standings(yield* world(Effect.void, Effect.void, ""))
    return ["masks", "table"].map((name) => standings.get(name)?._tag)
  })

// Regression: each run named its data after itself, so that of two first runs at once each made the other's tables stale.
it.effect("two first runs at once that read the same source leave everything fresh", () =>
  Effect.gen(function* () {
    expect(yield* atOnce(["v1", "v1"])).toStrictEqual(["Fresh", "Fresh"])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("so do two later ones after the source has changed", () =>
  Effect.gen(function* () {
    yield* run(Effect.void, Effect.void, "v1")
    expect(yield* atOnce(["v2", "v2"])).toStrictEqual(["Fresh", "Fresh"])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("two at once that read different data leave what was made of both stale", () =>
  Effect.gen(function* () {
    expect(yield* atOnce(["v1", "v2"])).toStrictEqual(["Fresh", "Stale"])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("what was gone from the store is other data when it is made again of the same", () =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const dataOf = Effect.map(store.materializations, (all) => all.get("masks")?.provenance.data)
    yield* run(Effect.void, Effect.void, "v1")
    const [before] = [yield* dataOf]
    yield* run(Effect.void, Effect.void, "v1")
    const again = yield* dataOf
    yield* store.invalidate(["masks"])
    yield* run(Effect.void, Effect.void, "v1")
    expect([again === before, (yield* dataOf) === before]).toStrictEqual([true, false])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it("fingerprints of different texts differ", () => {
  FastCheck.assert(
    FastCheck.property(FastCheck.string(), FastCheck.string(), (a, b) => (fingerprint(a) === fingerprint(b)) === (a === b))
  )
})
