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

  // Regression: a selected asset that is not stored made the named partitions only, and its readers were given nothing for the others.
  it.effect("makes of an asset that is not stored all that its readers need, besides the named partitions", () =>
    Effect.gen(function* () {
      const given: Array<string> = []
      const table = Storage.stored({ kind: "table", load: Effect.void })
      const source = Asset.make("source", { partitions: days, materialize: (_, { key }) => Effect.succeed(key.slice(-2)) })
      const orders = Asset.make("orders", {
        ...{ partitions: days, storage: table, lookback: 2, upstreams: { source } },
        materialize: (inputs, { key }) => Effect.sync((): void => void given.push(`${key.slice(-2)} from ${inputs.source}`))
      })
      const trends = Asset.make("trends", {
        ...{ partitions: days, storage: table, upstreams: { orders } },
        mappings: { orders: Mapping.overlap(days, days, { offset: -1 }) },
        materialize: () => Effect.void
      })
      const graph = Either.getOrThrow(AssetGraph.make([source, orders, trends]))
      const made = (partitions: string, ...[first, ...more]: Parameters<typeof names>) =>
        Effect.gen(function* () {
          given.length = 0
          const { steps } = yield* run(graph, names(first, ...more), { partitions: PartitionRequest.named(partitions) })
          return { given: [...given], steps }
        })
      expect(yield* made("2024-08-02..2024-08-04", "source", "trends")).toStrictEqual({
        given: ["01 from 01", "02 from 02", "03 from 03"],
        steps: { source: "Succeeded 4/4", orders: "Succeeded 3/3", trends: "Succeeded 3/3" }
      })
      expect(yield* made("2024-08-05", "source", "orders")).toStrictEqual({
        given: ["03 from 03", "05 from 05"],
        steps: { source: "Succeeded 2/2", orders: "Succeeded 2/2" }
      })
    }).pipe(prepared)
  )

  // Regression: a reader with another upstream waited for it, apart from the slices of what is not stored, and was given nothing of it.
  it.effect("makes what is not stored with its reader, whatever else the reader waits for", () =>
    Effect.gen(function* () {
      const given: Array<string> = []
      const table = Storage.stored({ kind: "table", load: Effect.succeed("ids") })
      const ids = Asset.make("ids", { storage: table, materialize: () => Effect.succeed("ids") })
      const source = Asset.make("source", { partitions: days, materialize: (_, { key }) => Effect.succeed(key) })
      const orders = Asset.make("orders", {
        ...{ partitions: days, storage: table, upstreams: { source, ids } },
        materialize: (inputs) => Effect.sync(() => void given.push(`${inputs.source} ${inputs.ids}`)).pipe(Effect.as(""))
      })
      const graph = Either.getOrThrow(AssetGraph.make([ids, source, orders]))
      yield* run(graph, names("ids", "orders"), { partitions: PartitionRequest.named("2024-08-01") })
      yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-02") })
      expect(given).toStrictEqual(["2024-08-01 ids", "2024-08-02 ids"])
    }).pipe(prepared)
  )

  it.effect("refuses readers of what is not stored that cannot be made at the same time", () =>
    Effect.gen(function* () {
      const table = Storage.stored({ kind: "table", load: Effect.succeed("") })
      const source = Asset.make("source", { partitions: days, materialize: () => Effect.succeed("") })
      const made = { partitions: days, storage: table, materialize: () => Effect.succeed("") }
      const orders = Asset.make("orders", { ...made, upstreams: { source } })
      const totals = Asset.make("totals", { storage: table, upstreams: { orders }, materialize: () => Effect.succeed("") })
      const shares = Asset.make("shares", { ...made, upstreams: { source, totals } })
      const graph = Either.getOrThrow(AssetGraph.make([source, orders, totals, shares]))
      const planned = (...[first, ...more]: Parameters<typeof names>) =>
        Planner.plan(graph, names(first, ...more), { partitions: PartitionRequest.named("2024-08-01") }).pipe(
          Effect.match({ onFailure: ({ message }) => message, onSuccess: ({ steps }) => steps.length })
        )
      expect(yield* planned("orders", "totals", "shares")).toBe(
        '"source" is cut and not stored, and is read by "orders", "shares", which are not made at the same time, since one waits for all partitions of another. Store "source".'
      )
      expect(yield* planned("orders", "totals")).toBe(3)
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
