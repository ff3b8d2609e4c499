import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Column from "@sluice/core/relation/Column"
import type { CheckEvaluated } from "@sluice/core/run/RunEvent"
import type { Materialization } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import * as RunEstimate from "../../src/RunEstimate.ts"
import * as AssetList from "../../src/render/AssetList.ts"
import * as AssetPage from "../../src/render/AssetPage.ts"
import * as ChecksText from "../../src/render/ChecksText.ts"
import * as PlanText from "../../src/render/PlanText.ts"
import * as RunsText from "../../src/render/RunsText.ts"
import * as Sparkline from "../../src/render/Sparkline.ts"
import * as Style from "../../src/render/Style.ts"
import * as Summary from "../../src/render/Summary.ts"
import { failingRun } from "./events.ts"

const text = (lines: ReadonlyArray<string>) => lines.join("\n")

const check = AssetCheck.make("not_empty", {
  description: "There are rows.",
  evaluate: () => Effect.succeed({ passed: true, metadata: {} })
})
const unasked = AssetCheck.make("unasked", {
  description: "Nobody asked yet.",
  severity: "warn",
  evaluate: () => Effect.succeed({ passed: true, metadata: {} })
})
const a = Asset.make("a", { materialize: () => Effect.void })
const b = Asset.make("b", {
  description: "What b is.",
  group: "raw",
  kind: "table",
  owners: ["ana"],
  tags: { team: "growth" },
  pool: "warehouse",
  upstreams: { a },
  checks: [check, unasked],
  materialize: () => Effect.void
})
const c = Asset.make("c", { upstreams: { b }, materialize: () => Effect.void })
const graph = Either.getOrThrow(AssetGraph.make([a, b, c]))

const materialization = (second: number, rows: number, more: Materialization["metadata"] = {}): Materialization => ({
  asset: "b",
  runId: `20240301-09300${second}-abcd`,
  at: `2024-03-01T09:30:0${second}.000Z`,
  durationMillis: 500 * second,
  metadata: { rows, quarantined: 0, ...more },
  provenance: { code: "1", inputs: { a: "1" }, data: "1" }
})
const history = [materialization(3, 1500, { new: 2 }), materialization(2, 1200), materialization(1, 1000)]

const evaluated: CheckEvaluated = {
  _tag: "CheckEvaluated",
  runId: "r",
  at: "2024-03-01T09:30:03.000Z",
  asset: "b",
  check: "not_empty",
  severity: "error",
  blocking: true,
  passed: false,
  metadata: { rows: 0, missing: 3 }
}

describe("an asset's page", () => {
  const page = AssetPage.make(
    graph,
    b,
    { columns: { id: Column.text(8), city: Column.nullable(Column.pii("city")) } },
    {
      standing: {
        _tag: "Stale",
        causes: [{ _tag: "Code" }, { _tag: "Input", asset: "a" }, { _tag: "Upstream", asset: "a" }]
      },
      lastStep: { status: "failed", runId: "20240301-093004-abcd", at: "2024-03-01T09:30:04.000Z" },
      history,
      checks: [evaluated]
    }
  )

  it("has its definition, columns, lineage, standing with every cause, history with trends, and checks", () => {
    const lines = AssetPage.lines({ ...page, asset: { ...b, definedAt: () => "b.ts:1:1" } }, Style.plain)
    expect(text(lines)).toMatchInlineSnapshot(`
      "b
      What b is.

        group      raw
        kind       table
        owners     ana
        tags       team=growth
        pool       warehouse
        defined    b.ts:1:1
        made from  a
        makes      c
        status     stale: code changed; a has new data; a is stale
        last step  failed, 2024-03-01 09:30:04, run 20240301-093004-abcd

      Columns
        id    text(8)
        city  personal: city or null

      Materializations
        at (UTC)             run                    rows    took  rows/s  new
        2024-03-01 09:30:03  20240301-093003-abcd  1,500   1.5 s   1,000    2
        2024-03-01 09:30:02  20240301-093002-abcd  1,200   1.0 s   1,200
        2024-03-01 09:30:01  20240301-093001-abcd  1,000  500 ms   2,000
        trend                                        ▁▄█     ▁▅█     █▂▁    ▄

      Checks
        not_empty  error, blocks  ✗ failed  2024-03-01 09:30:03  0 rows, 3 missing
        unasked    never asked"
    `)
  })

  it("has the same as JSON", () => {
    const { definedAt: _, ...json } = JSON.parse(AssetPage.json(page))
    expect(json).toEqual({
      name: "b",
      description: "What b is.",
      group: "raw",
      kind: "table",
      owners: ["ana"],
      tags: { team: "growth" },
      pool: "warehouse",
      columns: [
        { name: "id", type: "text(8)" },
        { name: "city", type: "personal: city or null" }
      ],
      upstreams: ["a"],
      downstreams: ["c"],
      standing: page.standing,
      lastStep: page.lastStep,
      materializations: history,
      checks: [
        { name: "not_empty", description: "There are rows.", severity: "error", blocking: true, last: evaluated },
        { name: "unasked", description: "Nobody asked yet.", severity: "warn", blocking: false, last: null }
      ]
    })
  })
})

describe("a plan, where there is history,", () => {
  const materialized = new Map([["b", { ...history[0], asset: "b" } as Materialization]])
  const steps = [
    { asset: "a", action: "load", reason: { _tag: "LoadedFor", assets: ["b"] }, after: [] },
    { asset: "b", action: "materialize", reason: { _tag: "Selected" }, after: ["a"] },
    { asset: "c", action: "materialize", reason: { _tag: "Selected" }, after: ["b"] }
  ] as const
  const estimate = { steps: new Map([["b", 1500]]), total: 1500, unknown: 1 }

  it("tells what each step took before, from when what is loaded is, the whole, and how rows are loaded", () => {
    const loaded = new Map([["a", { ...history[2], asset: "a" } as Materialization]])
    const loading = { by: "INSERT", slower: "the server is slow" }
    const known = { estimate, materialized: loaded, standings: undefined }
    const source = { origin: "https://api.example.com", sourceChange: undefined }
    const prospect = { selection: "b or c", steps, ...known, loading, ...source }
    expect(text(PlanText.lines(prospect, Style.plain))).toMatchInlineSnapshot(`
      "3 steps for b or c
        1  a  load                loaded for b, as of 2024-03-01 09:30:01
        2  b  materialize  1.5 s  selected
        3  c  materialize         selected
      about 1.5 s in all, without 1 asset that never ran
      loads by INSERT: the server is slow
      reads from https://api.example.com"
    `)
  })

  it("of what has changed says why, and what will be left", () => {
    const prospect: PlanText.Prospect = {
      selection: "*",
      steps: steps.map((step) => ({ ...step, action: "materialize", reason: { _tag: "Selected" } })),
      estimate: RunEstimate.nothing,
      materialized,
      standings: new Map([
        ["a", { _tag: "Stale", causes: [{ _tag: "Code" }] }],
        ["b", { _tag: "Fresh" }],
        ["c", { _tag: "Never" }]
      ]),
      loading: undefined,
      origin: undefined,
      sourceChange: undefined
    }
    expect(text(PlanText.lines(prospect, Style.plain))).toMatchInlineSnapshot(`
      "3 steps for --all
        1  a  materialize  stale: code changed
        2  b  leave        unchanged since 2024-03-01 09:30:03, unless a source has
                           new data
        3  c  materialize  never materialized before"
    `)
  })

  it("is the same as JSON", () => {
    const loading = { by: "LOAD DATA LOCAL INFILE", slower: undefined }
    const source = { origin: "sample", sourceChange: { refused: true, detail: "b was made from elsewhere." } }
    const known = { estimate, materialized, standings: undefined }
    const prospect = { selection: "b", steps: steps.slice(1, 2), ...known, loading, ...source }
    expect(JSON.parse(PlanText.json(prospect))).toEqual({
      selection: "b",
      expectedMillis: 1500,
      loadsBy: "LOAD DATA LOCAL INFILE",
      ...source,
      steps: [{ ...steps[1], expectedMillis: 1500, materializedAt: "2024-03-01T09:30:03.000Z" }]
    })
  })
})

it("a list tells how assets stand, and how many of all are shown", () => {
  const standings = new Map([
    ["b", { _tag: "Stale", causes: [{ _tag: "Code" }, { _tag: "Upstream", asset: "a" }] }],
    ["c", { _tag: "Never" }]
  ] as const)
  expect(text(AssetList.lines(graph, { selected: new Set([1, 2]), standings }, Style.plain))).toMatchInlineSnapshot(`
    "default
      c  ephemeral  never

    raw
      b  table      stale: code changed and a is stale  What b is.

    2 of 3 assets; their status is as of the recorded runs"
  `)
})

it("a log has each event with its time, the run's own included", () => {
  expect(text(RunsText.log(failingRun, Style.plain))).toMatchInlineSnapshot(`
    "2024-03-01T09:30:00.000Z  ▸ run 20240301-093000-abcd started by process 42 on here: bad or c or d
    2024-03-01T09:30:00.010Z  ▸ a
    2024-03-01T09:30:00.020Z  ↺ a    loaded · 10 ms
    2024-03-01T09:30:00.020Z  ▸ bad
    2024-03-01T09:30:00.020Z  ▸ d
    2024-03-01T09:30:01.000Z  ⟳ bad  attempt 1 failed, again in 500 ms: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
    2024-03-01T09:30:01.200Z  ! d    check no_orphans warns, 3 orphans
    2024-03-01T09:30:01.200Z  ✓ d    12,345 rows · 2 quarantined · 1.2 s
    2024-03-01T09:30:01.500Z  ▸ bad  attempt 2
    2024-03-01T09:30:02.000Z  ✗ bad  failed: Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.
    2024-03-01T09:30:02.000Z  – c    skipped: bad failed
    2024-03-01T09:30:02.000Z  ▸ run 20240301-093000-abcd failed after 2.0 s"
  `)
})

it("what the checks found is a table", () => {
  const result = RunResult.fromEvents([...failingRun, { ...evaluated, asset: "bad" }])
  expect(text(ChecksText.lines(result, Style.plain))).toMatchInlineSnapshot(`
    "asset  check       severity       result    found
    bad    not_empty   error, blocks  ✗ failed  0 rows, 3 missing
    d      no_orphans  warn           ! warns   3 orphans

    2 succeeded · 1 failed · 1 skipped · 1 of 2 checks failed · 1 warning · 2.0 s
    run 20240301-093000-abcd"
  `)
})

it("a summary of what has changed tells why each was made and what was left, and a retry's which run it carries on", () => {
  const run = { runId: "2", at: "2024-03-01T09:31:00.000Z" }
  const made = { ...run, _tag: "StepSucceeded", action: "materialize", attempt: 1, durationMillis: 5, metadata: {} } as const
  const result = RunResult.fromEvents([
    {
      _tag: "RunStarted",
      ...run,
      selection: "*",
      steps: ["a", "b"].map((asset) => ({ asset, action: "materialize", reason: { _tag: "Selected" }, after: [] })),
      tags: {},
      owner: { host: "here", pid: 1 },
      retryOf: "1"
    },
    { ...made, asset: "a" },
    { _tag: "StepUnchanged", ...run, asset: "b", since: "2024-03-01T09:30:00.000Z" },
    { _tag: "RunConcluded", ...run, status: "succeeded", durationMillis: 6 }
  ])
  expect(text(Summary.lines(result, new Map([["a", ["code changed"]]]), Style.plain))).toMatchInlineSnapshot(`
    "
    ✓ a    5 ms  code changed
    = b  unchanged since 2024-03-01 09:30:00

    1 succeeded · 1 unchanged · 6 ms · run 2
    It retries run 1."
  `)
})

describe("a sparkline", () => {
  it("goes from the least to the greatest, and is level where all are equal", () => {
    const style = { unicode: true }
    expect([[1, 2, 3], [5, 5], [0, 100], []].map((values) => Sparkline.of(values, style))).toEqual(["▁▅█", "▄▄", "▁█", ""])
  })

  it("is ASCII where a terminal shows no more", () => {
    expect(Sparkline.of([1, 2, 3, 4, 5], { unicode: false })).toBe("_.-=^")
  })
})
