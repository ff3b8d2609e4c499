import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { arbitraryEdges, graphOf } from "../support.ts"

const nothing = { materialize: () => Effect.void }
const apiUsers = Asset.make("api_users", { group: "source", kind: "http", tags: { pii: "yes" }, ...nothing })
const cities = Asset.make("sensitive_city_ids", {
  group: "sensitive",
  tags: { pii: "yes" },
  upstreams: { apiUsers },
  ...nothing
})
const usersRaw = Asset.make("users_raw", {
  group: "raw",
  owners: ["team@data.example"],
  upstreams: { apiUsers, cities },
  storage: Storage.stored({ kind: "table", columns: ["user_id", "city_id"], load: Effect.void }),
  ...nothing
})
const messagesRaw = Asset.make("messages_raw", { group: "raw", tags: { team: "growth" }, ...nothing })
const silent = Asset.make("users_without_messages", { upstreams: { usersRaw, messagesRaw }, ...nothing })
const graph = Either.getOrThrow(AssetGraph.make([apiUsers, cities, usersRaw, messagesRaw, silent]))

const select = (text: string, facts?: SelectionQuery.Facts): ReadonlyArray<string> =>
  Either.getOrThrowWith(
    Either.flatMap(SelectionText.parse(text), (selection) => SelectionQuery.resolve(selection, graph, facts)),
    (error) => new Error(error.problems.join("\n"))
  ).map((index) => graph.names[index] ?? "")

const problem = (text: string): string =>
  Either.flatMap(SelectionText.parse(text), (selection) => SelectionQuery.resolve(selection, graph)).pipe(
    Either.match({ onLeft: (error) => error.problems.join("\n"), onRight: () => "no problem" })
  )

const days = Partitions.daily("days", { start: "2024-08-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const sliced = { materialize: () => Effect.void }
const cutGraph = Either.getOrThrow(
  AssetGraph.make([
    Asset.make("by_day", { partitions: days, ...sliced }),
    Asset.make("by_both", { partitions: Partitions.product("day_region", { day: days, region: regions }), ...sliced }),
    Asset.make("whole", sliced)
  ])
)

/** The selected assets of the graph that is cut, or the problems. */
const selectCut = (text: string): ReadonlyArray<string> =>
  Either.flatMap(SelectionText.parse(text), (selection) => SelectionQuery.resolve(selection, cutGraph)).pipe(
    Either.match({
      onLeft: (error) => error.problems,
      onRight: (selected) => selected.map((index) => cutGraph.names[index] ?? "")
    })
  )

describe("a selection", () => {
  const everything = ["api_users", "sensitive_city_ids", "users_raw", "messages_raw", "users_without_messages"]
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["*", everything],
    ["users_raw", ["users_raw"]],
    ['"users_raw"', ["users_raw"]],
    ["users_*", ["users_raw", "users_without_messages"]],
    ["*raw", ["users_raw", "messages_raw"]],
    ["+users_raw", ["api_users", "sensitive_city_ids", "users_raw"]],
    ["users_raw+", ["users_raw", "users_without_messages"]],
    ["1+users_without_messages", ["users_raw", "messages_raw", "users_without_messages"]],
    ["api_users+1", ["api_users", "sensitive_city_ids", "users_raw"]],
    ["+messages_raw+", ["messages_raw", "users_without_messages"]],
    ["api_users+ and +users_raw", ["api_users", "sensitive_city_ids", "users_raw"]],
    ["users_raw,messages_raw", ["users_raw", "messages_raw"]],
    ["users_raw or messages_raw and not group:raw", ["users_raw"]],
    ["(users_raw or messages_raw) and not group:raw", []],
    ["not +users_without_messages", []],
    ["group:raw", ["users_raw", "messages_raw"]],
    ["group:s*", ["api_users", "sensitive_city_ids"]],
    ["tag:pii", ["api_users", "sensitive_city_ids"]],
    ["tag:team=growth", ["messages_raw"]],
    ["tag:team=other", []],
    ["kind:table", ["users_raw"]],
    ["key:messages_raw", ["messages_raw"]],
    ["owner:team@data.example", ["users_raw"]],
    ["column:city_id", ["users_raw"]],
    ["sinks(*)", ["users_without_messages"]],
    ["roots(*)", ["api_users", "messages_raw"]],
    ["sinks(+users_raw)", ["users_raw"]],
    ["1+(users_raw or messages_raw)", ["api_users", "sensitive_city_ids", "users_raw", "messages_raw"]]
  ]
  it.each(cases)("%s", (text, expected) => {
    expect(select(text)).toStrictEqual(expected)
  })

  it("selects assets by the sets that they are cut by, and by those of a product's dimensions", () => {
    expect(selectCut("partition:days")).toStrictEqual(["by_day", "by_both"])
    expect(selectCut("partition:regions")).toStrictEqual(["by_both"])
    expect(selectCut("partition:day_region")).toStrictEqual(["by_both"])
    expect(selectCut("partition:day*")).toStrictEqual(["by_day", "by_both"])
    expect(selectCut("partition:*")).toStrictEqual(["by_day", "by_both"])
    expect(selectCut("* and not partition:*")).toStrictEqual(["whole"])
    expect(selectCut("partition:dys")).toStrictEqual([
      "There is no partition:dys. It is one of day_region, days, regions. Did you mean days?"
    ])
    expect(problem("partition:days")).toBe("There is no partition:days. No asset is cut into partitions.")
  })

  it("asks for what history says only where it is needed", () => {
    const facts: SelectionQuery.Facts = {
      status: (asset) => (asset === "users_raw" ? "failed" : undefined),
      states: (asset) => (asset === "messages_raw" ? ["stale", "changed"] : [])
    }
    expect(select("status:failed", facts)).toStrictEqual(["users_raw"])
    expect(select("state:stale and not state:failed", facts)).toStrictEqual(["messages_raw"])
    const needs = (text: string) => Selection.needsHistory(Either.getOrThrow(SelectionText.parse(text)))
    expect(["+users_raw", "sinks(not (a and state:stale))"].map(needs)).toStrictEqual([false, true])
  })
})

describe("a selection that is wrong", () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["user_raw", 'There is no asset "user_raw". Did you mean users_raw?'],
    ["users_raw and", "users_raw and\n             ^ an asset, a wildcard or key:value is expected"],
    ["(users_raw", '(users_raw\n          ^ ")" is missing'],
    ["users_raw messages_raw", "users_raw messages_raw\n          ^ and, or, a comma or the end is expected"],
    ["users_raw & x", "users_raw & x\n          ^ & cannot stand here"],
    ["grp:raw", 'grp:raw\n^ there is no "grp:". Did you mean group?'],
    ["group:", 'group:\n      ^ a value is expected after "group:"'],
    [
      "state:stal",
      "There is no state:stal. It is one of never, missing, stale, failed, changed, orphaned. Did you mean stale?"
    ],
    ["", "\n^ an asset, a wildcard or key:value is expected"]
  ]
  it.each(cases)("%s", (text, expected) => {
    expect(problem(text)).toBe(expected)
  })

  it("names every asset that does not exist, once", () => {
    expect(problem("qqq or xxxx and qqq")).toBe(
      'There is no asset "qqq".\nThere is no asset "xxxx".'.split("\n").sort().join("\n")
    )
  })
})

const arbitraryText = FastCheck.oneof(
  FastCheck.constantFrom("and", "or", "not", "raw", "n1", "7", 'a"b', "a b", "", "sinks", "é", "back\\slash"),
  FastCheck.string({ maxLength: 6 })
)
const arbitraryDepth = FastCheck.constantFrom(0, 1, 2, 12, Number.POSITIVE_INFINITY)
const { selection: arbitrarySelection } = FastCheck.letrec<{ selection: Selection.Selection }>((tie) => ({
  selection: FastCheck.oneof(
    { maxDepth: 4, withCrossShrink: true },
    FastCheck.constant(Selection.all),
    arbitraryText.map(Selection.name),
    FastCheck.constantFrom("n*", "*_1", "a*b*").map(Selection.wildcard),
    FastCheck.tuple(
      FastCheck.constantFrom("group" as const, "key" as const, "owner" as const, "state" as const),
      arbitraryText
    ).map(([key, value]) => Selection.attribute(key, value)),
    FastCheck.tuple(arbitraryText, arbitraryText).map(([tag, value]) => Selection.attribute("tag", tag, value)),
    FastCheck.tuple(arbitraryDepth, tie("selection"), arbitraryDepth)
      .filter(([up, , down]) => up + down > 0)
      .map(([up, of, down]) => Selection.traversal(up, of, down)),
    tie("selection").map(Selection.not),
    tie("selection").map(Selection.sinks),
    tie("selection").map(Selection.roots),
    FastCheck.tuple(tie("selection"), tie("selection")).map(([left, right]) => Selection.and(left, right)),
    FastCheck.tuple(tie("selection"), tie("selection")).map(([left, right]) => Selection.or(left, right))
  )
}))

/** A selection of assets n0, n1, … that exist. */
const arbitraryOver = (names: ReadonlyArray<string>): FastCheck.Arbitrary<Selection.Selection> =>
  FastCheck.letrec<{ selection: Selection.Selection }>((tie) => ({
    selection: FastCheck.oneof(
      { maxDepth: 3 },
      FastCheck.constantFrom(...names).map(Selection.name),
      FastCheck.constant(Selection.wildcard("n1*")),
      FastCheck.tuple(arbitraryDepth, tie("selection"), arbitraryDepth).map(([up, of, down]) =>
        Selection.traversal(up, of, down)
      ),
      tie("selection").map(Selection.not),
      FastCheck.tuple(tie("selection"), tie("selection")).map(([left, right]) => Selection.and(left, right))
    )
  })).selection

describe("the algebra of selections", () => {
  it("reads back exactly what it prints", () => {
    FastCheck.assert(
      FastCheck.property(arbitrarySelection, (selection) => {
        expect(SelectionText.parse(SelectionText.print(selection))).toStrictEqual(Either.right(selection))
      }),
      { numRuns: 500 }
    )
  })

  it("keeps its laws on any graph", () => {
    const graphAndSelections = arbitraryEdges(10).chain((edges) => {
      const one = arbitraryOver(Object.keys(edges))
      return FastCheck.tuple(FastCheck.constant(edges), one, one)
    })
    FastCheck.assert(
      FastCheck.property(graphAndSelections, ([edges, x, y]) => {
        const graph = graphOf(edges)
        const of = (selection: Selection.Selection) => Either.getOrThrow(SelectionQuery.resolve(selection, graph))
        const { all, and, not, or, sinks, roots, traversal } = Selection
        expect(of(not(not(x)))).toStrictEqual(of(x))
        expect(of(not(or(x, y)))).toStrictEqual(of(and(not(x), not(y))))
        expect(of(or(x, y))).toStrictEqual(of(or(y, x)))
        expect(of(and(x, or(x, y)))).toStrictEqual(of(x))
        expect(of(or(x, not(x)))).toStrictEqual(of(all))
        const up = (selection: Selection.Selection) => traversal(Number.POSITIVE_INFINITY, selection, 0)
        expect(of(up(up(x)))).toStrictEqual(of(up(x)))
        expect(of(up(or(x, y)))).toStrictEqual(of(or(up(x), up(y))))
        expect(of(traversal(1, traversal(1, x, 0), 0))).toStrictEqual(of(traversal(2, x, 0)))
        expect(of(sinks(sinks(x)))).toStrictEqual(of(sinks(x)))
        expect(of(and(roots(x), x))).toStrictEqual(of(roots(x)))
        const ends = of(sinks(x)).length
        expect(ends > 0).toBe(of(x).length > 0)
      })
    )
  })
})
