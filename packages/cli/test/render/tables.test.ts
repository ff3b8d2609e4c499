import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Plan from "@sluice/core/plan/Plan"
import { chain } from "@sluice/core/testing/fixtures"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { UsageError } from "../../src/CliError.ts"
import * as RunEstimate from "../../src/RunEstimate.ts"
import * as AssetList from "../../src/render/AssetList.ts"
import * as ErrorText from "../../src/render/ErrorText.ts"
import * as Layout from "../../src/render/Layout.ts"
import * as PlanText from "../../src/render/PlanText.ts"
import * as ResultTable from "../../src/render/ResultTable.ts"
import * as Style from "../../src/render/Style.ts"

const text = (lines: ReadonlyArray<string>) => lines.join("\n")
const narrow = Style.make({ ...Style.plain, colour: false, unicode: true, columns: 40 })

describe("a table of rows", () => {
  const result = {
    columns: ["user_id", "country", "income", "is_smoking"],
    rows: [
      ["u1", "Côte d'Ivoire", "1234.50", true],
      ["u2", null, "9.00", false],
      ["u3", "日本", null, null]
    ]
  }

  it("has its numbers to the right and NULL as a mark", () => {
    expect(text(ResultTable.lines(result, Style.plain))).toMatchInlineSnapshot(`
      "user_id  country         income  is_smoking
      ───────  ─────────────  ───────  ──────────
      u1       Côte d'Ivoire  1234.50  true
      u2       ∅                 9.00  false
      u3       日本                 ∅  ∅
      3 rows"
    `)
  })

  it("that is too wide has its widest columns cut", () => {
    const wide = { columns: ["id", "words", "more"], rows: [["1", "lorem ipsum ".repeat(6), "dolor sit amet ".repeat(4)]] }
    const lines = ResultTable.lines(wide, narrow)
    expect(text(lines)).toMatchInlineSnapshot(`
      "id  words              more
      ──  ─────────────────  ─────────────────
       1  lorem ipsum lore…  dolor sit amet d…
      1 row"
    `)
    expect(lines.map(Layout.width).every((width) => width <= 40)).toBe(true)
  })

  it("that is far too wide names the columns it has no room for", () => {
    const columns = Array.from({ length: 8 }, (_, i) => `column_${i}`)
    expect(ResultTable.lines({ columns, rows: [columns] }, narrow).slice(-2)).toEqual([
      "1 row; no room for column_4, column_5,",
      "column_6, column_7"
    ])
  })

  it("cannot move the cursor: control characters are spelled out", () => {
    const lines = ResultTable.lines({ columns: ["a"], rows: [["x\u001b[2Jy\n\u202ez\u0000"]] }, Style.plain)
    expect(lines[2]).toBe("x\\u001b[2Jy\\n\\u202ez\\u0000")
  })

  it("of no rows still names its columns", () => {
    expect(ResultTable.lines({ columns: ["a", "b"], rows: [] }, Style.plain)).toEqual(["a  b", "─  ─", "0 rows"])
  })

  it("is an array of objects as JSON", () => {
    expect([JSON.parse(ResultTable.json(result)), ResultTable.json({ columns: ["a"], rows: [] })]).toEqual([
      [
        { user_id: "u1", country: "Côte d'Ivoire", income: "1234.50", is_smoking: true },
        { user_id: "u2", country: null, income: "9.00", is_smoking: false },
        { user_id: "u3", country: "日本", income: null, is_smoking: null }
      ],
      "[]"
    ])
  })

  // Regression: of two columns of one name, JSON had the last one alone.
  it("of which two columns have one name is not JSON, and says what to do", () => {
    expect([
      ResultTable.notAsJson({ columns: ["a", "id", "b", "id"], rows: [] }),
      ResultTable.notAsJson({ columns: ["a", "id"], rows: [] })
    ]).toEqual([
      "With --json a row is an object, and columns 2 and 4 of the answer have one name. Give one of them another with AS: select …, … as other_name.",
      undefined
    ])
  })
})

it("a plan says of each step what is done and why", () => {
  const graph = Either.getOrThrow(AssetGraph.make(chain()))
  const plan = Either.getOrThrow(Plan.make(graph, { selection: "c", selected: [2], isMaterialized: () => true }))
  const prospect: PlanText.Prospect = {
    ...plan,
    estimate: RunEstimate.nothing,
    materialized: new Map(),
    standings: undefined,
    loading: undefined,
    origin: "sample",
    sourceChange: { refused: true, detail: "c was made from https://api.example.com." }
  }
  expect(text(PlanText.lines(prospect, Style.plain))).toMatchInlineSnapshot(`
    "3 steps for c
      1  a  materialize  needed by b (never stored)
      2  b  materialize  needed by c (never stored)
      3  c  materialize  selected
    reads from sample
    ✗ \`materialize\` refuses this: c was made from https://api.example.com."
  `)
})

it("each reason is told in words", () => {
  const steps = [
    { asset: "api_users", action: "materialize", reason: { _tag: "NeededBy", assets: ["maps"] }, after: [] },
    { asset: "maps", action: "materialize", reason: { _tag: "SameSnapshot", source: "api_users" }, after: ["api_users"] },
    { asset: "messages", action: "load", reason: { _tag: "LoadedFor", assets: ["users"] }, after: [] },
    { asset: "users", action: "materialize", reason: { _tag: "Selected" }, after: ["maps", "messages"] }
  ] as const
  expect(steps.map((step) => PlanText.why(step, { steps }))).toEqual([
    "needed by maps (never stored)",
    "between api_users and users: same snapshot",
    "loaded for users",
    "selected"
  ])
})

it("a list has assets by group, with what they hold cut to the terminal", () => {
  const assets = [
    Asset.make("users", {
      group: "source",
      kind: "http",
      description: "A description much longer than what there is room for in a line of this width.",
      materialize: () => Effect.void
    }),
    Asset.make("b", { group: "raw", materialize: () => Effect.void })
  ]
  const lines = AssetList.lines(
    Either.getOrThrow(AssetGraph.fromAssets(assets)),
    { selected: new Set([0, 1]), standings: undefined },
    Style.make({ ...Style.plain, columns: 60 })
  )
  expect(text(lines)).toMatchInlineSnapshot(`
    "source
      users  http       A description much longer than what the…

    raw
      b      ephemeral

    2 assets"
  `)
})

describe("an error", () => {
  const told = (cause: Cause.Cause<unknown>, trace = false) => text(ErrorText.lines(cause, { trace }, Style.plain))

  it("that is typed speaks for itself", () => {
    expect(told(Cause.fail(new UsageError({ detail: "first\nsecond" })))).toBe("✗ first\n  second")
  })

  it("that is a defect keeps its message, which could quote data, even in its trace", () => {
    const cause = Cause.die(new RangeError("canary"))
    expect([told(cause).includes("RangeError"), told(cause).includes("canary")]).toEqual([true, false])
    expect([/\n\s+at /.test(told(cause, true)), told(cause, true).includes("canary")]).toEqual([true, false])
  })
})
