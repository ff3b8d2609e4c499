/** The engine's cost for no-op assets: validating, planning and running, recorded in memory, against plain promises. */
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { flag, inTurn, report } from "./harness.ts"

const count = flag("assets", 10_000, 500)
const runs = flag("runs", 7, 2)

/** Layers of a hundred assets. Every asset needs two of the previous layer. */
const assets: Array<Asset.Any> = []
for (let i = 0; i < count; i++) {
  const above = i < 100 ? [] : [assets[i - 100], assets[i - 100 + (i % 100 === 99 ? -1 : 1)]]
  const upstreams = Object.fromEntries(above.flatMap((asset) => (asset === undefined ? [] : [[asset.name, asset]])))
  assets.push(Asset.make(`n${i}`, { upstreams, materialize: () => Effect.void }))
}

const graph = Either.getOrThrow(AssetGraph.fromAssets(assets))
const plan = Effect.runSync(Effect.provide(Planner.plan(graph, Selection.all), RunStore.layerMemory))

const [validate = 0, planning = 0, running = 0, promises = 0] = await inTurn(
  runs,
  () => AssetGraph.fromAssets(assets),
  () => Effect.runSync(Effect.provide(Planner.plan(graph, Selection.all), RunStore.layerMemory)),
  () =>
    Effect.runPromise(
      Effect.provide(
        Executor.run(plan, { concurrency: 16 }) as Effect.Effect<unknown, unknown, RunStore>,
        RunStore.layerMemory
      )
    ),
  async () => {
    const done: Array<Promise<void>> = []
    for (const upstreams of graph.upstreams) {
      done.push(Promise.all(upstreams.map((up) => done[up])).then(() => undefined))
    }
    await Promise.all(done)
  }
)
report("scheduler", `${count} no-op assets, medians of ${runs} runs in turn`, [
  { what: "validate and plan", unit: "ms", value: validate + planning },
  {
    what: "run, each step",
    unit: "µs",
    value: (running * 1_000) / count,
    floor: { what: "plain promises", value: (promises * 1_000) / count }
  }
])
