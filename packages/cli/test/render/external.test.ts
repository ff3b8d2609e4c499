import { external } from "@sluice/core/asset/ExternalAsset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Plan from "@sluice/core/plan/Plan"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { expect, it } from "vitest"
import * as RunEstimate from "../../src/RunEstimate.ts"
import * as AssetList from "../../src/render/AssetList.ts"
import * as AssetPage from "../../src/render/AssetPage.ts"
import * as EventText from "../../src/render/EventText.ts"
import * as PlanText from "../../src/render/PlanText.ts"
import * as Style from "../../src/render/Style.ts"

const Orders = Table.make("orders", { description: "", columns: { id: Column.text(10) }, primaryKey: ["id"] })
const orders = external("orders", { relation: Orders, load: Effect.void, observe: Effect.succeed("1") })
const graph = Either.getOrThrow(AssetGraph.make([orders]))
const { steps } = Either.getOrThrow(Plan.make(graph, { selection: "orders", selected: [0], isMaterialized: () => false }))
const standing = { _tag: "External" } as const
const provenance = { code: "unknown", inputs: {}, data: "1" }
const seen = { asset: "orders", runId: "r1", at: "2024-03-01T09:30:00.000Z", durationMillis: 3, metadata: {}, provenance }

it("a run says that an external asset was observed", () => {
  const line = EventText.liner(
    6,
    Style.plain
  )({
    _tag: "StepSucceeded",
    runId: "r1",
    at: seen.at,
    asset: "orders",
    action: "observe",
    attempt: 1,
    durationMillis: 3,
    metadata: {}
  })
  expect(line).toBe("✓ orders  observed · 3 ms")
})

it("a plan says when it was last observed", () => {
  const lines = (materialized: PlanText.Prospect["materialized"]) =>
    PlanText.lines(
      {
        selection: "orders",
        steps,
        estimate: RunEstimate.nothing,
        materialized,
        standings: undefined,
        loading: undefined,
        origin: undefined,
        sourceChange: undefined
      },
      Style.plain
    )[1]
  expect([lines(new Map()), lines(new Map([["orders", seen]]))]).toEqual([
    "  1  orders  observe  external, never observed",
    "  1  orders  observe  external, last observed 2024-03-01 09:30:00"
  ])
})

it("a list and a page show it as external, and a page its observations", () => {
  const listed = AssetList.lines(graph, { selected: new Set([0]), standings: new Map([["orders", standing]]) }, Style.plain)
  expect(listed[1]).toBe("  orders  external  external")
  const page = AssetPage.make(graph, orders, Orders, { standing, lastStep: undefined, history: [seen], checks: [] })
  const lines = AssetPage.lines(page, Style.plain)
  expect(lines.filter((line) => / external$|^Observations|^Materializations/.test(line))).toEqual([
    "  kind     external",
    "  status   external",
    "Observations"
  ])
})
