import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Executor from "@sluice/core/run/Executor"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import * as Planner from "@sluice/core/run/Planner"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"

const days = Partitions.daily("days", { start: "2024-08-01" })
const hours = Partitions.hourly("hours", { start: "2024-08-01" })

/** The tables of a shop: what each call made, in order. */
const world = () => {
  const calls: Array<string> = []
  const broken = new Set<string>()
  const made = (name: string, key: string) =>
    Effect.suspend(() => {
      if (broken.has(`${name} ${key}`)) return new Fixtures.FixtureFailed({ retryable: false })
      calls.push(`${name} ${key}`)
      return Effect.as(StepContext.metadata({ rows: 10 }), `${name} of ${key}`)
    })
  const stored = Storage.stored({ kind: "table", load: Effect.succeed("loaded") })
  const source = Asset.make("source", { partitions: days, materialize: (_, { key }) => made("source", key) })
  const orders = Asset.make("orders", {
    partitions: days,
    upstreams: { source },
    storage: stored,
    materialize: ({ source }, { key }) => made("orders", `${key} from ${source}`)
  })
  const lines = Asset.make("lines", {
    partitions: days,
    upstreams: { source, orders },
    storage: stored,
    materialize: (_, { key }) => made("lines", key)
  })
  const report = Asset.make("report", {
    upstreams: { lines },
    storage: stored,
    materialize: ({ lines }) => made("report", `of ${lines.size}`)
  })
  return { calls, broken, graph: Either.getOrThrow(AssetGraph.make([source, orders, lines, report])) }
}

const run = <A extends Asset.Any>(
  graph: AssetGraph.AssetGraph<A>,
  selection: Selection.Selection,
  options: Planner.PlanOptions = {},
  more: Partial<Executor.Options> = {}
) =>
  Effect.gen(function* () {
    const plan = yield* Planner.plan(graph, selection, options)
    const events: Array<RunEvent> = []
    const result = yield* Executor.run(plan, {
      concurrency: 1,
      ...more,
      observe: (batch) => Effect.sync(() => void events.push(...batch))
    })
    const steps = Object.fromEntries(
      RunResult.stepsOf(result).map(({ asset, partitions, state }) => [
        asset,
        partitions === undefined ? state._tag : `${state._tag} ${partitions.made}/${partitions.total}`
      ])
    )
    return { result, steps, events, names: events.map(({ _tag }) => _tag) }
  })

const statesOf = (graph: AssetGraph.AssetGraph<Asset.Any>, asset: string) =>
  Effect.gen(function* () {
    const facts = yield* PartitionFacts.of(graph, yield* (yield* RunStore).materializations)
    const states = facts?.states.get(asset)
    if (states === undefined) return undefined
    const print = (runs: typeof states.made) => PartitionText.print(states.space, runs)
    return { made: print(states.made), failed: print(states.failed), stale: print(states.stale) }
  })

const atTen = Effect.zipRight(TestClock.setTime(Date.parse("2024-08-11T00:00:00Z")), Effect.void)
const names = (...all: readonly [string, ...ReadonlyArray<string>]) =>
  all.map((name): Selection.Selection => Selection.name(name)).reduce(Selection.or)

const prepared = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  atTen.pipe(
    Effect.zipRight(effect),
    Effect.provideService(CodeVersions, () => "1"),
    Effect.provide(RunStore.layerMemory)
  )

describe("a run of partitions", () => {
  it.effect("makes the latest partition of each asset, each slice through all of its assets", () =>
    Effect.gen(function* () {
      const { calls, graph } = world()
      const { steps } = yield* run(graph, names("orders", "lines"))
      expect(calls).toStrictEqual(["source 2024-08-10", "orders 2024-08-10 from source of 2024-08-10", "lines 2024-08-10"])
      expect(steps).toStrictEqual({ source: "Succeeded 1/1", orders: "Succeeded 1/1", lines: "Succeeded 1/1" })
      expect(yield* statesOf(graph, "lines")).toStrictEqual({ made: "2024-08-10", failed: "", stale: "" })
    }).pipe(prepared)
  )

  it.effect("makes what is missing once, in order, and records it in a few events", () =>
    Effect.gen(function* () {
      const { calls, graph } = world()
      yield* run(graph, names("orders", "lines"), { partitions: PartitionRequest.named("2024-08-03") })
      calls.length = 0
      const missing = { partitions: PartitionRequest.inState(["missing"]), backfill: true }
      const { events, steps } = yield* run(graph, names("orders"), missing)
      expect(calls.filter((call) => call.startsWith("orders"))).toHaveLength(9)
      expect(calls[0]).toBe("source 2024-08-01")
      expect(steps).toStrictEqual({ source: "Succeeded 9/9", orders: "Succeeded 9/9" })
      expect(events.filter(({ _tag }) => _tag !== "StepProgressed").length).toBeLessThan(10)
      const again = yield* run(graph, names("orders"), missing)
      expect([again.steps, calls.length]).toStrictEqual([{}, 18])
    }).pipe(prepared)
  )

  it.effect("makes nothing of a failed partition, and goes on with the others", () =>
    Effect.gen(function* () {
      const { broken, calls, graph } = world()
      broken.add("orders 2024-08-02 from source of 2024-08-02")
      const three = { partitions: PartitionRequest.named("2024-08-01..2024-08-03") }
      const { result, steps } = yield* run(graph, names("orders", "lines", "report"), three)
      expect(result.status).toBe("failed")
      expect(steps).toStrictEqual({
        source: "Succeeded 3/3",
        orders: "Failed 2/3",
        lines: "Failed 2/3",
        report: "Skipped"
      })
      expect(calls.filter((call) => call.startsWith("lines"))).toStrictEqual(["lines 2024-08-01", "lines 2024-08-03"])
      expect(yield* statesOf(graph, "orders")).toStrictEqual({
        made: "2024-08-01, 2024-08-03",
        failed: "2024-08-02",
        stale: ""
      })
      broken.clear()
      calls.length = 0
      const failed = { partitions: PartitionRequest.inState(["failed", "missing"], "2024-08-01..2024-08-03") }
      yield* run(graph, names("orders", "lines"), failed)
      expect(calls).toStrictEqual(["source 2024-08-02", "orders 2024-08-02 from source of 2024-08-02", "lines 2024-08-02"])
    }).pipe(prepared)
  )

  it.effect("a partition is stale when its code changes, or what it was made from is made again", () =>
    Effect.gen(function* () {
      const { graph } = world()
      yield* run(graph, names("orders", "lines"), { partitions: PartitionRequest.named("2024-08-01..2024-08-03") })
      yield* TestClock.adjust("1 second")
      yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-02") })
      expect(yield* statesOf(graph, "lines")).toStrictEqual({
        made: "2024-08-01..2024-08-03",
        failed: "",
        stale: "2024-08-02"
      })
      const { steps } = yield* run(graph, names("lines"), { partitions: PartitionRequest.inState(["stale"]) })
      expect(steps).toMatchObject({ lines: "Succeeded 1/1" })
      const states = statesOf(graph, "lines").pipe(
        Effect.provideService(CodeVersions, ({ name }) => (name === "lines" ? "2" : "1"))
      )
      expect((yield* states)?.stale).toBe("2024-08-01..2024-08-03")
    }).pipe(prepared)
  )

  it.effect("refuses partitions whose upstream partitions are missing, and says what to run", () =>
    Effect.gen(function* () {
      const stored = Storage.stored({ kind: "table", load: Effect.void })
      const orders = Asset.make("orders", { partitions: days, storage: stored, materialize: () => Effect.void })
      const totals = Asset.make("totals", {
        ...{ partitions: days, storage: stored },
        upstreams: { orders },
        materialize: () => Effect.void
      })
      const graph = Either.getOrThrow(AssetGraph.make([orders, totals]))
      const refusalOf = (options: Planner.PlanOptions) =>
        Effect.match(Planner.plan(graph, names("totals"), options), {
          onFailure: ({ message }) => message,
          onSuccess: () => ""
        })
      expect(yield* refusalOf({ partitions: PartitionRequest.named("2024-08-04") })).toBe(
        '"orders" has no 2024-08-04, but totals needs it. Run `sluice backfill orders --missing` first, or make them together.'
      )
      expect(yield* refusalOf({ partitions: PartitionRequest.named("2024-08-32") })).toContain("totals: 2024-08-32")
    }).pipe(prepared)
  )

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
        ["filled", { partitions: 2, failed: 0 }]
      ])
      const failed = yield* run(Either.getOrThrow(AssetGraph.make([table(false)])), names("table"), twoDays)
      expect(failed.steps).toStrictEqual({ table: "Failed 2/2" })
    }).pipe(prepared)
  )
})
