import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"

const problemsOf = (assets: ReadonlyArray<Asset.Any>) =>
  Either.match(AssetGraph.fromAssets(assets), { onLeft: (error) => error.problems, onRight: () => [] })

const nothing = { materialize: () => Effect.void }
const here = "AssetGraph\\.test\\.ts"

describe("AssetGraph", () => {
  it("puts every asset one level below its deepest upstream", () => {
    const graph = Either.getOrThrow(AssetGraph.make(Fixtures.diamond()))
    expect(graph.level).toStrictEqual([0, 1, 1, 2])
    expect(graph.upstreams).toStrictEqual([[], [0], [0], [1, 2]])
    expect(graph.downstreams).toStrictEqual([[1, 2], [3], [3], []])
  })

  it("names the whole path of a cycle, in the order in which values would flow", () => {
    expect(problemsOf(Fixtures.cyclic())).toStrictEqual(["cycle: x -> y -> z -> x. Remove one of these upstreams."])
  })

  it("names both places of a duplicate name", () => {
    const [problem] = problemsOf([Asset.make("a", nothing), Asset.make("a", nothing)])
    expect(problem ?? "").toMatch(
      new RegExp(`^"a" is defined 2 times: .*${here}:\\d+:\\d+ and .*${here}:\\d+:\\d+\\. Rename all but one\\.$`)
    )
  })

  it("names the place that called a helper, where one defines assets", () => {
    const helper = (name: string) => Asset.make(name, { ...nothing, definedBy: helper })
    const line = (asset: Asset.Any) => Number(/:(\d+):\d+$/.exec(asset.definedAt())?.[1])
    const first = helper("a")
    const second = helper("a")
    expect(line(second)).toBe(line(first) + 1)
  })

  it("says so when one asset is listed twice", () => {
    const a = Asset.make("a", nothing)
    expect(problemsOf([a, a])[0] ?? "").toMatch(/^"a" is defined 2 times: .* and listed twice\./)
  })

  it("names an upstream that is not in the graph, and the nearest that is", () => {
    const users = Asset.make("api_users", nothing)
    const raw = Asset.make("raw", { upstreams: { users: Asset.make("api_user", nothing) }, ...nothing })
    expect(problemsOf([users, raw])[0] ?? "").toMatch(
      /^"raw" \(.*\) depends on "api_user", which is not in the graph\. .* Did you mean api_users\?$/
    )
  })

  it("refuses another definition under an upstream's name", () => {
    const raw = Asset.make("raw", { upstreams: { a: Asset.make("a", nothing) }, ...nothing })
    expect(problemsOf([Asset.make("a", nothing), raw])[0] ?? "").toMatch(/depends on another "a" than the one in the graph/)
  })

  it("takes names with prefixes, and refuses what is none", () => {
    const named = (name: string) => problemsOf([Asset.make(name, nothing)]).length === 0
    expect(["shop/orders", "a/b/c", "/orders", "shop/", "a//b", "shop/Orders", "x".repeat(256)].map(named)).toStrictEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false
    ])
  })

  it("reports every problem at once, sorted", () => {
    const problems = problemsOf([...Fixtures.cyclic(), Asset.make("Bad Name", nothing), Asset.make("x", nothing)])
    expect(problems.map((problem) => problem.split(/[ :]/)[0])).toStrictEqual(['"Bad', '"x"', "cycle"])
  })

  it("validates ten thousand assets in a long chain without running out of stack", () => {
    const assets: Array<Asset.Any> = []
    for (let i = 0; i < 10_000; i++) {
      assets.push(
        Asset.make(`n${i}`, { upstreams: Object.fromEntries(assets.slice(-1).map((up) => ["up", up])), ...nothing })
      )
    }
    expect(Either.getOrThrow(AssetGraph.fromAssets(assets)).level.at(-1)).toBe(9_999)
  })
})
