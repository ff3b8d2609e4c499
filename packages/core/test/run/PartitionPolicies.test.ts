import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Planner from "@sluice/core/run/Planner"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"

import { days, hours, names, prepared, run, statesOf } from "./partitionedRuns.ts"

describe("a run of partitions", () => {
  it.effect("gives a day its hours by key, and maps a request to the assets upstream", () =>
    Effect.gen(function* () {
      const given: Array<ReadonlyArray<string>> = []
      const file = Storage.stored({
        kind: "file",
        load: Effect.succeed(0),
        loadSlice: ({ first }) => Effect.succeed(first.length)
      })
      const hourly = Asset.make("hourly", {
        partitions: hours,
        storage: file,
        materialize: (_, { key }) => Effect.succeed(key.length)
      })
      const daily = Asset.make("daily", {
        partitions: days,
        upstreams: { hourly },
        mappings: { hourly: Mapping.overlap(hours, days) },
        storage: Storage.stored({ kind: "file", load: Effect.succeed(0) }),
        materialize: ({ hourly }) =>
          Effect.sync(() => {
            given.push([...hourly.keys()])
            return hourly.size
          })
      })
      const graph = Either.getOrThrow(AssetGraph.make([hourly, daily]))
      const { steps } = yield* run(graph, names("hourly", "daily"), { partitions: PartitionRequest.named("2024-08-05") })
      expect(steps).toStrictEqual({ hourly: "Succeeded 24/24", daily: "Succeeded 1/1" })
      expect([given.length, given[0]?.[0], given[0]?.at(-1)]).toStrictEqual([1, "2024-08-05T00", "2024-08-05T23"])
      // The latest day needs its hours, and not only the latest hour.
      expect((yield* run(graph, names("hourly", "daily"))).steps).toStrictEqual({
        hourly: "Succeeded 24/24",
        daily: "Succeeded 1/1"
      })
      expect((yield* run(graph, names("hourly", "daily"))).steps).toMatchObject({ hourly: "Succeeded 1/1" })
    }).pipe(prepared)
  )

  it.effect("a single run makes a whole range at once, and batches at most so many", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const make = (policy: "single-run" | { readonly batches: number }) => {
        const asset = Asset.make("ranged", {
          partitions: days,
          policy,
          storage: Storage.stored({ kind: "table", load: Effect.void }),
          materialize: (_, { first, last }) => Effect.sync((): void => void calls.push(`${first}..${last}`))
        })
        return Either.getOrThrow(AssetGraph.make([asset]))
      }
      yield* run(make("single-run"), names("ranged"), {
        partitions: PartitionRequest.named("2024-08-01..2024-08-04,2024-08-07")
      })
      yield* run(make({ batches: 3 }), names("ranged"), { partitions: PartitionRequest.named("2024-08-01..2024-08-05") })
      expect(calls).toStrictEqual([
        "2024-08-01..2024-08-04",
        "2024-08-07..2024-08-07",
        "2024-08-01..2024-08-03",
        "2024-08-04..2024-08-05"
      ])
    }).pipe(prepared)
  )

  it.effect("a chain makes its partitions in order, and nothing after one that failed", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const balance = Asset.make("balance", {
        partitions: days,
        dependsOnPast: true,
        storage: Storage.stored({ kind: "table", load: Effect.void }),
        materialize: (_, { key }) =>
          key === "2024-08-04"
            ? new Fixtures.FixtureFailed({ retryable: false })
            : Effect.sync((): void => void calls.push(key))
      })
      const graph = Either.getOrThrow(AssetGraph.make([balance]))
      const { steps } = yield* run(
        graph,
        names("balance"),
        { partitions: PartitionRequest.named("2024-08-01..2024-08-06") },
        { concurrency: 4 }
      )
      expect([calls, steps]).toStrictEqual([["2024-08-01", "2024-08-02", "2024-08-03"], { balance: "Failed 3/6" }])
      const eighth = Planner.plan(graph, names("balance"), { partitions: PartitionRequest.named("2024-08-08") })
      const refusal = yield* Effect.match(eighth, { onFailure: ({ message }) => message, onSuccess: () => "" })
      expect(refusal).toContain('"balance" has no 2024-08-07')
    }).pipe(prepared)
  )

  it.effect("a range that is made only in part for an upstream gives its readers all that they read", () =>
    Effect.gen(function* () {
      const given: Array<string> = []
      const rows = ({ keys }: { readonly keys: Iterable<string> }) => [...keys].map((key) => key.slice(-2)).join(" ")
      const file = Storage.stored({
        kind: "file",
        load: Effect.succeed(""),
        loadSlice: (slice) => Effect.sync(() => rows(slice))
      })
      const cut = { partitions: days, policy: "single-run", storage: file } as const
      const orders = Asset.make("orders", { ...cut, materialize: (_, slice) => Effect.sync(() => rows(slice)) })
      const totals = Asset.make("totals", {
        ...cut,
        upstreams: { orders },
        materialize: ({ orders }, slice) =>
          Effect.sync(() => {
            given.push(`${rows(slice)}: ${orders}`)
            return ""
          })
      })
      const graph = Either.getOrThrow(AssetGraph.make([orders, totals]))
      yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-03..2024-08-04") })
      const missing = { partitions: PartitionRequest.inState(["missing"], "2024-08-01..2024-08-06") }
      const { steps } = yield* run(graph, names("orders", "totals"), missing)
      expect(given).toStrictEqual(["01 02: 01 02", "03 04: 03 04", "05 06: 05 06"])
      expect(steps).toStrictEqual({ orders: "Succeeded 4/4", totals: "Succeeded 6/6" })
    }).pipe(prepared)
  )

  it.effect("slices that run at once share the places of a pool", () =>
    Effect.gen(function* () {
      let [running, most] = [0, 0]
      const table = Asset.make("table", {
        partitions: days,
        pool: "api",
        storage: Storage.stored({ kind: "table", load: Effect.void }),
        materialize: () =>
          Effect.acquireUseRelease(
            Effect.sync(() => {
              most = Math.max(most, ++running)
            }),
            () => Effect.repeatN(Effect.yieldNow(), 9),
            () => Effect.sync(() => running--)
          )
      })
      const graph = Either.getOrThrow(AssetGraph.make([table]))
      const request = { partitions: PartitionRequest.named("2024-08-01..2024-08-09") }
      const { steps } = yield* run(graph, names("table"), request, { concurrency: 8, pools: { api: 2 } })
      expect([most, steps]).toStrictEqual([2, { table: "Succeeded 9/9" }])
    }).pipe(prepared)
  )

  it.effect("an asset that is cut reads a source that is not cut once a run", () =>
    Effect.gen(function* () {
      let reads = 0
      const source = Asset.make("source", { materialize: () => Effect.sync(() => ++reads) })
      const table = Asset.make("table", {
        partitions: days,
        upstreams: { source },
        storage: Storage.stored({ kind: "table", load: Effect.succeed(0) }),
        materialize: ({ source }) => Effect.succeed(source)
      })
      const graph = Either.getOrThrow(AssetGraph.make([source, table]))
      const { steps } = yield* run(graph, names("table"), { partitions: PartitionRequest.named("2024-08-01..2024-08-05") })
      expect([reads, steps]).toStrictEqual([1, { source: "Succeeded", table: "Succeeded 5/5" }])
    }).pipe(prepared)
  )

  it.effect("looks back: a new partition makes those before it again", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const table = Asset.make("table", {
        partitions: days,
        lookback: 2,
        storage: Storage.stored({ kind: "table", load: Effect.void }),
        materialize: (_, { key }) => Effect.sync((): void => void calls.push(key))
      })
      const graph = Either.getOrThrow(AssetGraph.make([table]))
      yield* run(graph, names("table"), { partitions: PartitionRequest.named("2024-08-07..2024-08-09") })
      calls.length = 0
      yield* run(graph, names("table"))
      expect(calls).toStrictEqual(["2024-08-08", "2024-08-09", "2024-08-10"])
      calls.length = 0
      yield* run(graph, names("table"))
      expect(calls).toStrictEqual(["2024-08-10"])
    }).pipe(prepared)
  )

  it.effect("checks each partition, and the whole table once after all of them", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const check = (name: string, of: "partition" | "table", passed: boolean) =>
        AssetCheck.make(name, {
          ...{ description: name, of },
          evaluate: ({ _tag }) =>
            Effect.sync(() => {
              asked.push(`${name} ${_tag}`)
              return { passed, metadata: {} }
            })
        })
      const table = (passed: boolean) =>
        Asset.make("table", {
          partitions: days,
          storage: Storage.stored({ kind: "table", load: Effect.void }),
          checks: [check("filled", "partition", true), check("whole", "table", passed)],
          materialize: () => Effect.asVoid(StepContext.staged("staging"))
        })
      const twoDays = { partitions: PartitionRequest.named("2024-08-01..2024-08-02") }
      const { events, steps } = yield* run(Either.getOrThrow(AssetGraph.make([table(true)])), names("table"), twoDays)
      expect([asked, steps]).toStrictEqual([
        ["filled Staged", "filled Staged", "whole Published"],
        { table: "Succeeded 2/2" }
      ])
      expect(
        events.flatMap((event) => (event._tag === "CheckEvaluated" ? [[event.check, event.metadata]] : []))
      ).toStrictEqual([
        ["whole", {}],
        ["filled", { partitions: 2 }]
      ])
      const failed = yield* run(Either.getOrThrow(AssetGraph.make([table(false)])), names("table"), twoDays)
      expect(failed.steps).toStrictEqual({ table: "Failed 2/2" })
    }).pipe(prepared)
  )

  it.effect("a source that is read whole makes stale what was made from its older content", () =>
    Effect.gen(function* () {
      let content = "1"
      const source = Asset.make("source", { materialize: () => Effect.as(StepContext.dataVersion(content), content) })
      const observed = Effect.sync(() => content)
      const stored = Storage.stored({ kind: "table", load: Effect.succeed("") })
      const table = Asset.make("table", {
        ...{ partitions: days, storage: stored, upstreams: { source } },
        materialize: ({ source }) => Effect.succeed(source)
      })
      const direct = Asset.make("direct", {
        ...{ partitions: days, storage: stored, observe: observed },
        materialize: () => Effect.succeed("")
      })
      const graph = Either.getOrThrow(AssetGraph.make([source, table, direct]))
      const both = names("table", "direct")
      const staleOf = (asset: string) => Effect.map(statesOf(graph, asset), (states) => states?.stale)
      yield* run(graph, both, { partitions: PartitionRequest.named("2024-08-01..2024-08-03") })
      yield* TestClock.adjust("1 second")
      yield* run(graph, both, { partitions: PartitionRequest.named("2024-08-03") })
      expect([yield* staleOf("table"), yield* staleOf("direct")]).toStrictEqual(["", ""])
      content = "2"
      yield* TestClock.adjust("1 second")
      yield* run(graph, both, { partitions: PartitionRequest.named("2024-08-02") })
      const others = "2024-08-01, 2024-08-03"
      expect([yield* staleOf("table"), yield* staleOf("direct")]).toStrictEqual([others, others])
      const changed = PartitionRequest.inState(["missing", "stale", "unknown"], "2024-08-02..2024-08-03")
      const { steps } = yield* run(graph, both, { partitions: changed })
      expect(steps).toStrictEqual({ source: "Succeeded", table: "Succeeded 2/2", direct: "Succeeded 2/2" })
    }).pipe(prepared)
  )

  // Regression: each step of the lookback began at the new partitions again, and went on before the first one.
  it.effect("a lookback of any length ends at the first partition", () =>
    Effect.gen(function* () {
      const orders = Asset.make("orders", {
        ...{ partitions: days, lookback: 2 ** 40 },
        storage: Storage.stored({ kind: "table", load: Effect.succeed("") }),
        materialize: () => Effect.succeed("")
      })
      const graph = Either.getOrThrow(AssetGraph.make([orders]))
      yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-02..2024-08-05") })
      const { steps } = yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-07") })
      expect(steps).toStrictEqual({ orders: "Succeeded 5/5" })
    }).pipe(prepared)
  )

  it.effect("in a chain, a partition that is made again makes the later ones stale", () =>
    Effect.gen(function* () {
      const balance = Asset.make("balance", {
        ...{ partitions: days, dependsOnPast: true },
        storage: Storage.stored({ kind: "table", load: Effect.succeed("") }),
        materialize: () => Effect.succeed("")
      })
      const graph = Either.getOrThrow(AssetGraph.make([balance]))
      yield* run(graph, names("balance"), { partitions: PartitionRequest.named("2024-08-01..2024-08-05") })
      yield* TestClock.adjust("1 second")
      const third = PartitionRequest.named("2024-08-03")
      yield* run(graph, names("balance"), { partitions: third })
      expect((yield* statesOf(graph, "balance"))?.stale).toBe("2024-08-04..2024-08-05")
      yield* TestClock.adjust("1 second")
      const { steps } = yield* run(graph, names("balance"), { partitions: third, downstream: true })
      expect([steps, (yield* statesOf(graph, "balance"))?.stale]).toStrictEqual([{ balance: "Succeeded 3/3" }, ""])
    }).pipe(prepared)
  )
})
