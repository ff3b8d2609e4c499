import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { days, names, prepared, run } from "./partitionedRuns.ts"

describe("the partitions that a run is asked for", () => {
  // Regression: every partition of an asset that is not stored was missing, so a backfill read the whole source again.
  it.effect("makes of an asset that is not stored only what its readers need", () =>
    Effect.gen(function* () {
      const reads: Array<string> = []
      const table = Storage.stored({ kind: "table", load: Effect.void })
      const source = Asset.make("source", {
        partitions: days,
        materialize: (_, { key }) => Effect.sync(() => reads.push(key))
      })
      const orders = Asset.make("orders", {
        ...{ partitions: days, storage: table },
        upstreams: { source },
        materialize: () => Effect.void
      })
      const lines = Asset.make("lines", {
        ...{ partitions: days, storage: table },
        upstreams: { source, orders },
        materialize: () => Effect.void
      })
      const graph = Either.getOrThrow(AssetGraph.make([source, orders, lines]))
      const all = names("source", "orders", "lines")
      yield* run(graph, all, { partitions: PartitionRequest.named("2024-08-01..2024-08-08") })
      reads.length = 0
      const missing = { partitions: PartitionRequest.inState(["missing"]), downstream: true }
      const { steps } = yield* run(graph, all, missing)
      expect([reads, steps]).toStrictEqual([
        ["2024-08-09", "2024-08-10"],
        { source: "Succeeded 2/2", orders: "Succeeded 2/2", lines: "Succeeded 2/2" }
      ])
      const again = yield* Planner.plan(graph, all, { ...missing, allowEmpty: true })
      expect(again.steps).toStrictEqual([])
    }).pipe(prepared)
  )

  // Regression: the cells were mapped from the missing days, so none was found once the days were there.
  it.effect("finds the missing partitions of a set whose range is mapped from another", () =>
    Effect.gen(function* () {
      const cells = Partitions.product("cells", { day: days, region: Partitions.fixed("regions", ["eu", "us"]) })
      const stored = Storage.stored({ kind: "table", load: Effect.void })
      const daily = Asset.make("daily", { partitions: days, storage: stored, materialize: () => Effect.void })
      const regional = Asset.make("regional", {
        ...{ partitions: cells, storage: stored, mappings: { daily: Mapping.toDimension(days, cells, "day") } },
        upstreams: { daily },
        materialize: () => Effect.void
      })
      const graph = Either.getOrThrow(AssetGraph.make([daily, regional]))
      yield* run(graph, names("daily"), { partitions: PartitionRequest.named("2024-08-01..2024-08-03") })
      const missing = { partitions: PartitionRequest.inState(["missing"], "2024-08-02..2024-08-04") }
      const { steps } = yield* run(graph, names("daily", "regional"), missing)
      expect(steps).toStrictEqual({ daily: "Succeeded 1/1", regional: "Succeeded 6/6" })
    }).pipe(prepared)
  )
})
