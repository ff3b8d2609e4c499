import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Planner from "@sluice/core/run/Planner"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"

import { days, names, prepared, run, statesOf } from "./partitionedRuns.ts"

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

  it.effect("records the partitions and the code of each step when it begins", () =>
    Effect.gen(function* () {
      const { graph } = world()
      const { events } = yield* run(graph, names("orders"), { partitions: PartitionRequest.named("2024-08-03") })
      const begun = events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))
      const third = { unit: "day", cells: { "": [19_938, 19_938] } }
      expect(begun.map(({ asset, code, partitions }) => [asset, partitions, code])).toStrictEqual([
        ["source", third, "7"],
        ["orders", third, "7"]
      ])
    }).pipe(
      Effect.provideService(CodeVersions, () => "7"),
      prepared
    )
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
        '"orders" has no 2024-08-04, but totals needs it. Run `sluice backfill orders --partitions 2024-08-04` first, or make them together.'
      )
      expect(yield* refusalOf({ partitions: PartitionRequest.named("2024-08-32") })).toContain("totals: 2024-08-32")
    }).pipe(prepared)
  )
})
