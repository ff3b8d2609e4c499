import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import * as Asset from "../../src/asset/Asset.ts"
import * as AssetGraph from "../../src/graph/AssetGraph.ts"
import * as GraphRender from "../../src/render/GraphRender.ts"
import { diamond, wide } from "../../src/testing/fixtures.ts"

const graphOf = (assets: ReadonlyArray<Asset.Any>) => Either.getOrThrow(AssetGraph.fromAssets(assets))
const drawn = graphOf(diamond())

describe("a diamond", () => {
  it("is a tree in which every asset stands once, its other upstreams beside it", () => {
    expect(GraphRender.render(drawn, "tree")).toBe(["a", "├─ b", "└─ c", "   └─ d  ← also b"].join("\n"))
  })

  it("is a Mermaid flowchart", () => {
    expect(GraphRender.render(drawn, "mermaid").split("\n")).toEqual([
      "flowchart LR",
      '  subgraph group0["default"]',
      '    a["a"]',
      '    b["b"]',
      '    c["c"]',
      '    d["d"]',
      "  end",
      "  a --> b",
      "  a --> c",
      "  b --> d",
      "  c --> d"
    ])
  })

  it("is a Graphviz digraph", () => {
    expect(GraphRender.render(drawn, "dot").split("\n")).toEqual([
      "digraph assets {",
      "  rankdir=LR",
      '  node [shape=box, style=rounded, fontname="sans-serif"]',
      "  subgraph cluster_0 {",
      '    label="default"',
      '    "a"',
      '    "b"',
      '    "c"',
      '    "d"',
      "  }",
      '  "a" -> "b"',
      '  "a" -> "c"',
      '  "b" -> "d"',
      '  "c" -> "d"',
      "}"
    ])
  })

  it("is JSON that tells both directions and the level", () => {
    expect(JSON.parse(GraphRender.render(drawn, "json")).assets.at(-1)).toEqual({
      name: "d",
      group: "default",
      kind: "ephemeral",
      stored: false,
      description: null,
      upstreams: ["b", "c"],
      downstreams: [],
      level: 2,
      owners: [],
      tags: {}
    })
  })
})

it("assets that need nothing are roots, in definition order", () => {
  expect(GraphRender.tree(graphOf(wide(3)))).toBe("w0\nw1\nw2")
})

it("a name that Mermaid has for itself, and a quote in a group, do not break the chart", () => {
  const end = Asset.make("end", { group: 'the "last"', materialize: () => Effect.succeed(1) })
  expect(
    GraphRender.mermaid(graphOf([end]))
      .split("\n")
      .slice(1, 3)
  ).toEqual(['  subgraph group0["the #quot;last#quot;"]', '    end_["end"]'])
})
