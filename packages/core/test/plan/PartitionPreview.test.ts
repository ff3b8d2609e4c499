import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as PartitionPreview from "@sluice/core/plan/PartitionPreview"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { days, names, prepared, run } from "../run/partitionedRuns.ts"

it.effect(
  "the calls that a plan shows are those that the run makes, also where the assets of a unit make other partitions",
  () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const batched = (
        name: string,
        upstreams: Asset.Upstreams = {}
      ): Asset.Asset<string, void, never, never, Asset.Upstreams> =>
        Asset.make(name, {
          ...{ partitions: days, policy: { batches: 3 }, upstreams },
          storage: Storage.stored({ kind: "table", load: Effect.void }),
          materialize: () => Effect.sync((): void => void calls.push(name))
        })
      const orders = batched("orders")
      const graph = Either.getOrThrow(AssetGraph.fromAssets([orders, batched("totals", { orders })]))
      yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-03..2024-08-04") })
      calls.length = 0
      const missing = { partitions: PartitionRequest.inState(["missing"], "2024-08-01..2024-08-07") }
      const plan = yield* Planner.plan(graph, names("orders", "totals"), missing)
      const shown = PartitionPreview.of(plan, new Map()).map(({ asset, calls }) => [asset, calls])
      yield* run(graph, names("orders", "totals"), missing)
      expect(shown).toStrictEqual(["orders", "totals"].map((name) => [name, calls.filter((call) => call === name).length]))
      expect(shown).toStrictEqual([
        ["orders", 2],
        ["totals", 3]
      ])
    }).pipe(prepared)
)
