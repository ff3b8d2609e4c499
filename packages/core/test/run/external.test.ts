import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { external } from "@sluice/core/asset/ExternalAsset"
import * as Storage from "@sluice/core/asset/Storage"
import { fingerprint } from "@sluice/core/fingerprint"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as GraphRender from "@sluice/core/render/GraphRender"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

const Orders = Table.make("orders", { description: "", columns: { id: Column.text(10) }, primaryKey: ["id"] })

/** An external table, and a stored asset that is made from it. */
const world = () => {
  const state: { version: string | undefined; isThere: boolean; loads: number } = { version: "1", isThere: true, loads: 0 }
  const orders = external("orders", {
    relation: Orders,
    load: Effect.suspend(() => {
      state.loads++
      return state.isThere ? Effect.succeed("rows") : new Fixtures.FixtureFailed({ retryable: false })
    }),
    observe: Effect.sync(() => state.version)
  })
  const report = Asset.make("report", {
    upstreams: { orders },
    storage: Storage.stored({ kind: "table", load: Effect.succeed("") }),
    codeVersion: "1",
    materialize: ({ orders }) => Effect.succeed(`of ${orders}`)
  })
  const graph = Either.getOrThrow(AssetGraph.make([orders, report]))
  const plan = (selection: Selection.Selection = Selection.all) => Planner.plan(graph, selection)
  const events: Array<RunEvent> = []
  const run = Effect.gen(function* () {
    const observe = (batch: ReadonlyArray<RunEvent>) => Effect.sync(() => void events.push(...batch))
    const result = yield* Executor.run(yield* plan(), { concurrency: 2, onlyChanged: true, observe })
    return Object.fromEntries(RunResult.stepsOf(result).map(({ asset, state }) => [asset, state._tag]))
  })
  return { events, graph, plan, run, state }
}

it.effect("a plan observes an external asset, selected or needed, and never materializes it", () =>
  Effect.gen(function* () {
    const { plan } = world()
    const stepsOf = (selection?: Selection.Selection) => Effect.map(plan(selection), ({ steps }) => steps)
    const observed = { asset: "orders", action: "observe", after: [] }
    const made = { asset: "report", action: "materialize", reason: { _tag: "Selected" }, after: ["orders"] }
    expect(yield* stepsOf()).toStrictEqual([{ ...observed, reason: { _tag: "Selected" } }, made])
    expect(yield* stepsOf(Selection.name("orders"))).toStrictEqual([{ ...observed, reason: { _tag: "Selected" } }])
    expect(yield* stepsOf(Selection.name("report"))).toStrictEqual([
      { ...observed, reason: { _tag: "LoadedFor", assets: ["report"] } },
      made
    ])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("its downstream assets are made again if its version changes, and left if it does not", () =>
  Effect.gen(function* () {
    const { run, state } = world()
    const [observed, made, left] = ["Succeeded", "Succeeded", "Unchanged"]
    expect(yield* run).toStrictEqual({ orders: observed, report: made })
    expect(yield* run).toStrictEqual({ orders: observed, report: left })
    state.version = "2"
    expect(yield* run).toStrictEqual({ orders: observed, report: made })
    expect(yield* run).toStrictEqual({ orders: observed, report: left })
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("without a version it counts as new at every run", () =>
  Effect.gen(function* () {
    const { run, state } = world()
    state.version = undefined
    expect(yield* Effect.replicateEffect(run, 2)).toStrictEqual([
      { orders: "Succeeded", report: "Succeeded" },
      { orders: "Succeeded", report: "Succeeded" }
    ])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("what was observed is recorded with a hash of its version, and its step as observed", () =>
  Effect.gen(function* () {
    const { events, run } = world()
    yield* run
    const store = yield* RunStore
    const succeeded = events.flatMap((event) => (event._tag === "StepSucceeded" ? [[event.asset, event.action]] : []))
    expect(succeeded).toStrictEqual([
      ["orders", "observe"],
      ["report", "materialize"]
    ])
    expect((yield* store.materializations).get("orders")?.provenance).toStrictEqual({
      code: "unknown",
      inputs: {},
      data: fingerprint("1")
    })
    expect((yield* store.lastSteps).get("orders")?.status).toBe("succeeded")
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("if it is not there, its step fails, what stands on it is skipped, and a retry observes it again", () =>
  Effect.gen(function* () {
    const { graph, run, state } = world()
    state.isThere = false
    expect(yield* run).toStrictEqual({ orders: "Failed", report: "Skipped" })
    const retried = yield* Planner.retry(graph, yield* Planner.unfinishedSteps(undefined))
    expect(retried.steps.map(({ action, asset }) => [asset, action])).toStrictEqual([
      ["orders", "observe"],
      ["report", "materialize"]
    ])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("it is neither fresh nor stale, and a graph shows it as external", () =>
  Effect.gen(function* () {
    const { graph, run } = world()
    expect((yield* Planner.standings(graph)).get("orders")).toStrictEqual({ _tag: "External" })
    yield* run
    expect((yield* Planner.standings(graph)).get("orders")).toStrictEqual({ _tag: "External" })
    expect(GraphRender.render(graph, "tree")).toBe("orders  (external)\n└─ report")
    expect(GraphRender.render(graph, "mermaid")).toContain('orders[("orders")]')
    expect(GraphRender.render(graph, "dot")).toContain('"orders" [style="rounded,dashed"]')
  }).pipe(Effect.provide(RunStore.layerMemory))
)
