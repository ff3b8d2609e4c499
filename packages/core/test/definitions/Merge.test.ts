import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Command from "@sluice/core/command/Command"
import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { materialize } from "@sluice/core/definitions/Materialize"
import * as Selection from "@sluice/core/graph/Selection"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Table from "@sluice/core/relation/Table"
import * as GraphRender from "@sluice/core/render/GraphRender"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Setting from "@sluice/core/settings/Setting"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"

class Api extends Context.Tag("test/Api")<Api, string>() {}

const table = <const Name extends string>(name: Name) =>
  Table.make(name, { description: "", columns: { id: Column.text(10) }, primaryKey: ["id"] })

const stored = <T extends Storage.Relation>(relation: T) =>
  Storage.stored({ kind: "table", relation, load: Effect.succeed(undefined) })

const Orders = table("orders")
const Letters = table("letters")

const command = (name: string) =>
  Command.make(
    CommandTable.make({ name, summary: "", arguments: {}, options: {}, examples: [] }),
    async () => () => Effect.void
  )

/** Two pipelines whose services have one name. The second reads a table of the first, and lists that asset too. */
const pipelines = (seen: Array<string> = []) => {
  const reads = (asset: string) => ({ materialize: () => Effect.map(Api, (url) => void seen.push(`${asset} of ${url}`)) })
  const source = Asset.make("source", reads("source"))
  const orders = Asset.make("orders", { upstreams: { source }, storage: stored(Orders), ...reads("orders") })
  const shop = Definitions.make({
    name: "shop",
    assets: [source, orders],
    settings: { url: Setting.make("SHOP_URL", Setting.text, { description: "", default: "shop" }) },
    resources: ({ url }) => Layer.succeed(Api, url),
    origin: ({ url }) => Effect.succeed({ name: url, description: `the shop ${url}`, sampleFor: "SHOP_URL" }),
    rowsDependOn: ({ url }) => ({ orders: url }),
    privacy: () => ({ rareBelow: 5 }),
    personSources: ["users"],
    commands: [command("serve")]
  })
  const letters = Asset.make("letters", { upstreams: { orders }, storage: stored(Letters), ...reads("letters") })
  const spark = Definitions.make({
    name: "spark",
    assets: [source, orders, letters],
    resources: () => Layer.succeed(Api, "spark"),
    origin: () => Effect.succeed({ name: "api", description: "the API", sampleFor: undefined }),
    privacy: () => ({ rareBelow: 9 }),
    roles: { analyst: Grants.select(Letters) }
  })
  return { shop, spark }
}

const given = Layer.merge(RunStore.layerMemory, FileSystem.layerNoop({}))

const problemsOf = ({ sealed }: Definitions.Any) =>
  Either.match(sealed, {
    onLeft: ({ problems }) => problems.map((problem) => problem.replace(/\([^ ]*:\d+:\d+\)/g, "(place)")),
    onRight: () => []
  })

describe("Definitions.prefixed", () => {
  it("renames assets, the references to them and people's sources; tables keep their names", () => {
    const shop = Definitions.prefixed("shop", pipelines().shop)
    const { graph, warehouse } = Either.getOrThrow(shop.sealed)
    expect({ names: graph.names, upstreams: graph.upstreams, tables: warehouse.tables, people: shop.personSources }).toEqual(
      {
        names: ["shop/source", "shop/orders"],
        upstreams: [[], [0]],
        tables: [Orders],
        people: ["shop/users"]
      }
    )
  })

  it.effect("asks for settings by the asset's new name, and runs the same code", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const shop = Definitions.prefixed("shop", pipelines(seen).shop)
      const { settingsOf } = yield* shop.configure
      const { steps } = yield* materialize(shop, ["shop/orders"])
      expect([settingsOf("shop/orders"), settingsOf("orders"), [...steps.keys()], seen]).toEqual([
        "shop",
        undefined,
        ["shop/source", "shop/orders"],
        ["source of shop", "orders of shop"]
      ])
    }).pipe(Effect.provide(given))
  )

  it("a prefix that no name can have is refused", () => {
    expect(problemsOf(Definitions.prefixed("The Shop", pipelines().shop))[0]).toBe(
      '"The Shop/orders" (place) is not an asset name. Use lower-case letters, digits and _, beginning with a letter; a prefix ends in /, as in shop/orders.'
    )
  })

  it("selections name and match prefixed assets, and graphs draw them", () => {
    const company = Definitions.merge("company", [Definitions.prefixed("shop", pipelines().shop)])
    const { graph } = Either.getOrThrow(company.sealed)
    const select = (text: string) =>
      Either.getOrThrow(SelectionQuery.resolve(Either.getOrThrow(SelectionText.parse(text)), graph)).map(
        (index) => graph.names[index]
      )
    expect([
      select("shop/*"),
      select("shop/source+"),
      select("1+shop/orders and not shop/orders"),
      select("key:shop/o*")
    ]).toEqual([["shop/source", "shop/orders"], ["shop/source", "shop/orders"], ["shop/source"], ["shop/orders"]])
    expect(SelectionText.print(Selection.traversal(1, Selection.name("shop/orders"), 0))).toBe("1+shop/orders")
    expect(Either.flip(SelectionQuery.resolve(Selection.name("orders"), graph)).pipe(Either.getOrThrow).problems).toEqual([
      'There is no asset "orders". Did you mean shop/orders?'
    ])
    expect([GraphRender.render(graph, "tree"), GraphRender.render(graph, "mermaid").split("\n").slice(2, 4)]).toEqual([
      "shop/source\n└─ shop/orders",
      ['    shop_S_source["shop/source"]', '    shop_S_orders["shop/orders"]']
    ])
  })
})

describe("Definitions.merge", () => {
  it.effect("is one pipeline: an asset that both list is there once, and each asset has its own pipeline's services", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { shop, spark } = pipelines(seen)
      const company = Definitions.merge("company", [shop, spark], { description: "all of it" })
      const result = yield* materialize(company, ["orders", "letters"])
      const { warehouse } = yield* company.sealed
      expect([company.description, result.status, seen, warehouse]).toEqual([
        "all of it",
        "succeeded",
        ["source of shop", "orders of shop", "letters of spark"],
        { tables: [Orders, Letters], masks: [], views: [], analyst: { select: [Orders, Letters] } }
      ])
    }).pipe(Effect.provide(given))
  )

  it.effect("follows an upstream to the name that its own pipeline has given it", () =>
    Effect.gen(function* () {
      const { shop, spark } = pipelines()
      const company = Definitions.merge("company", [
        Definitions.prefixed("shop", shop),
        Definitions.prefixed("spark", spark)
      ])
      const { graph } = yield* company.sealed
      expect([graph.names, graph.upstreams]).toEqual([
        ["shop/source", "shop/orders", "spark/letters"],
        [[], [0], [1]]
      ])
      const outer = Definitions.merge("all", [Definitions.prefixed("company", company)])
      expect((yield* outer.sealed).graph.names).toEqual([
        "company/shop/source",
        "company/shop/orders",
        "company/spark/letters"
      ])
    })
  )

  it.effect("unites settings, origins, what rows depend on, privacy, people's sources and commands", () =>
    Effect.gen(function* () {
      const { shop, spark } = pipelines()
      const company = Definitions.merge("company", [Definitions.prefixed("shop", shop), spark])
      const { name, origin, privacy, settingsOf } = yield* company.configure
      expect({
        name,
        origin,
        privacy,
        settings: Object.values(company.settings).map(({ key }) => key),
        depends: [settingsOf("shop/orders"), settingsOf("letters")],
        people: company.personSources,
        commands: company.commands.map(({ table }) => table.name)
      }).toEqual({
        name: "company",
        origin: { name: "api and shop", description: "the API and the shop shop", sampleFor: "SHOP_URL" },
        privacy: { record: [], residualRisks: [], rareBelow: 9 },
        settings: ["SHOP_URL"],
        depends: ["shop", undefined],
        people: ["shop/users"],
        commands: ["serve"]
      })
    })
  )

  it("refuses all that two pipelines have twice, at once", () => {
    const other = (asset: Asset.Asset<string, unknown, never, never, Asset.Upstreams>) =>
      Definitions.make({
        name: "other",
        assets: [asset],
        settings: { url: Setting.make("SHOP_URL", Setting.text, { description: "another" }) },
        personSources: ["users"],
        commands: [command("serve")]
      })
    const asset = (name: string) => Asset.make(name, { storage: stored(Orders), materialize: () => Effect.void })
    const { shop } = pipelines()
    expect(problemsOf(Definitions.merge("company", [shop, other(asset("orders"))]))).toEqual([
      '"orders" (place) and "orders" (place) publish one table, "orders". Give each asset a table of its own.',
      expect.stringMatching(/^"orders" is defined 2 times: .* and .*\. Rename all but one\.$/),
      'Two commands are called "serve". Give each a name of its own.',
      "Two pipelines declare the setting SHOP_URL. Declare it once and use that value in both, or give one another key.",
      'Two pipelines have people in a source "users", and their rows would mix. Give one of them a prefix: Definitions.prefixed.'
    ])
    const twice = Definitions.merge("company", [
      Definitions.prefixed("shop", shop),
      Definitions.prefixed("mine", other(asset("orders")))
    ])
    expect(problemsOf(twice)[0]).toBe(
      '"shop/orders" (place) and "mine/orders" (place) publish one table, "orders". Give each asset a table of its own.'
    )
  })

  it.effect("reports what is wrong with the settings of all", () =>
    Effect.gen(function* () {
      const wants = (name: string, key: string) =>
        Definitions.make({
          name,
          assets: [Asset.make(name, { materialize: () => Effect.void })],
          settings: { size: Setting.make(key, Setting.wholeNumber(1, 9), { description: "" }) }
        })
      const company = Definitions.merge("company", [wants("shop", "SHOP_SIZE"), wants("spark", "SPARK_SIZE")])
      const wrong = ConfigProvider.fromMap(
        new Map([
          ["SHOP_SIZE", "a"],
          ["SPARK_SIZE", "b"]
        ])
      )
      const { problems } = yield* Effect.flip(Effect.withConfigProvider(company.configure, wrong))
      expect(problems).toEqual([
        "SHOP_SIZE is not a whole number from 1 to 9.",
        "SPARK_SIZE is not a whole number from 1 to 9."
      ])
    })
  )
})
