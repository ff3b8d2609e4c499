import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { external } from "@sluice/core/asset/ExternalAsset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import * as Setting from "@sluice/core/settings/Setting"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"

const columns = { id: Column.text(10) }
const table = (name: string) => Table.make(name, { description: "", columns, primaryKey: ["id"] })
const view = (name: string, on: ReadonlyArray<View.Public>) =>
  View.make(name, { description: "", columns, on, select: () => "" })

const Orders = table("orders")
const Products = table("products")
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })
const Revenue = view("revenue", [Orders])
const Top = view("top", [Revenue, Products])

const publishing = (name: string, relation: Storage.Relation, upstreams: Readonly<Record<string, Asset.Any>> = {}) =>
  Asset.make(name, {
    upstreams,
    storage: Storage.stored({ kind: relation._tag.toLowerCase(), relation, load: Effect.void }),
    materialize: () => Effect.void
  })

const orders = publishing("orders", Orders)
const products = publishing("products", Products)
const cities = publishing("cities", Cities)
const revenue = publishing("revenue", Revenue, { orders })
const top = publishing("top", Top, { revenue, products })
const rates = Asset.make("rates", { materialize: () => Effect.succeed(1) })

type Plain = Asset.Asset<string, unknown, never, never, Asset.Upstreams>

const define = (
  assets: ReadonlyArray<Plain>,
  options: Partial<
    Pick<Definitions.Options<ReadonlyArray<Plain>, Record<string, Setting.Any>, never>, "name" | "roles" | "settings">
  > = {}
) => Definitions.make({ name: "shop", resources: () => Layer.empty, ...options, assets })

const problemsOf = (definitions: Definitions.Any) =>
  Either.match(definitions.sealed, {
    onLeft: ({ problems }) => problems.map((problem) => problem.replace(/\/[^ ]*:\d+:\d+/g, "place")),
    onRight: () => []
  })

it("tables, masks and views follow from the assets, views after what they read, and analysts read what is public", () => {
  const { graph, warehouse } = Either.getOrThrow(define([top, revenue, rates, cities, products, orders]).sealed)
  expect(warehouse).toStrictEqual({
    tables: [Products, Orders],
    masks: [Cities],
    views: [Revenue, Top],
    analyst: { select: [Products, Orders, Revenue, Top] }
  })
  expect(graph.names).toStrictEqual(["top", "revenue", "rates", "cities", "products", "orders"])
})

it("an external table is neither kept nor granted, views may read it, and no asset may publish it", () => {
  const shopOrders = external("orders", { relation: Orders, load: Effect.void, observe: Effect.succeed("1") })
  const ofShop = publishing("revenue", Revenue, { orders: shopOrders })
  const { graph, warehouse } = Either.getOrThrow(define([shopOrders, ofShop]).sealed)
  expect(warehouse).toStrictEqual({ tables: [], masks: [], views: [Revenue], analyst: { select: [Revenue] } })
  expect(Relations.externalsOf(graph)).toStrictEqual([Orders])
  expect(problemsOf(define([shopOrders, publishing("loaded", Orders)]))).toStrictEqual([
    '"orders" (place) and "loaded" (place) are one table, "orders", and one of them is external. Keep the external asset if somebody else loads the table, and the other if this pipeline does.'
  ])
  expect(problemsOf(define([shopOrders], { roles: { analyst: Grants.select(Orders) } }))).toStrictEqual([
    'The analyst may read "orders", which is external. Whoever loads that table grants it: remove the grant here.'
  ])
})

it("a role that names tables is granted these alone", () => {
  const { warehouse } = Either.getOrThrow(define([orders, products], { roles: { analyst: Grants.select(Products) } }).sealed)
  expect(warehouse.analyst).toStrictEqual({ select: [Products] })
})

it("everything that does not fit together is told at once, with the places", () => {
  const elsewhere = Asset.make("elsewhere", {
    storage: Storage.stored({ kind: "table", load: Effect.void }),
    materialize: () => Effect.void
  })
  const blind = publishing("blind", view("blind", [Orders]), { rates })
  const again = publishing("again", Orders)
  const definitions = define(
    [orders, orders, again, elsewhere, rates, blind, Asset.make("Bad", { materialize: () => Effect.void })],
    {
      name: "The Shop",
      roles: { analyst: Grants.select(table("order")) },
      settings: {
        a: Setting.make("SHOP_URL", Setting.text, { description: "" }),
        b: Setting.make("SHOP_URL", Setting.text, { description: "" })
      }
    }
  )
  expect(problemsOf(definitions)).toStrictEqual([
    '"Bad" (place) is not an asset name. Use lower-case letters, digits and _, beginning with a letter; a prefix ends in /, as in shop/orders.',
    '"The Shop" is not the name of a pipeline. Use lower-case letters, digits, _ and -, beginning with a letter.',
    '"elsewhere" (place) is stored as a table and does not say which. Set `relation` in its storage.',
    '"orders" (place) and "again" (place) publish one table, "orders". Give each asset a table of its own.',
    '"orders" is defined 2 times: place and listed twice. Rename all but one.',
    'The analyst may read "order", which no asset publishes. Did you mean orders?',
    'The view "blind" (place) does not read what its upstream "rates" publishes. Remove that upstream.',
    'The view "blind" (place) reads "orders", which no upstream of it publishes. Add that upstream.',
    "Two settings have the key SHOP_URL. Give each a key of its own."
  ])
})

it("a table that leaves people's ids out of its subject is refused", () => {
  const ids = { description: "", columns: { id: Column.id("user", Column.integer) }, primaryKey: ["id"] } as const
  const users = publishing("users", Table.make("users", { ...ids, subject: "id" }))
  const visits = publishing("visits", Table.make("visits", ids))
  expect(problemsOf(define([users, visits]))).toStrictEqual([
    '"visits.id" has the ids of people (user), and an erasure would leave them. Add "id" to the table\'s `subject`.'
  ])
})

class Api extends Context.Tag("Api")<Api, string>() {}

it.effect("settings are read for the resources, the origin and what rows depend on", () =>
  Effect.gen(function* () {
    const asked = Asset.make("asked", { materialize: () => Api })
    const definitions = Definitions.make({
      name: "shop",
      assets: [asked],
      settings: { url: Setting.make("SHOP_URL", Setting.text, { description: "", default: "sample" }) },
      resources: ({ url }) => Layer.succeed(Api, url),
      origin: ({ url }) => Effect.succeed({ name: url, description: `the shop ${url}`, sampleFor: undefined }),
      rowsDependOn: ({ url }) => ({ asked: url })
    })
    const { origin, resources, settingsOf } = yield* Effect.withConfigProvider(
      definitions.configure,
      ConfigProvider.fromMap(new Map([["SHOP_URL", "mine"]]))
    )
    const { assets } = Definitions.graphOf(yield* definitions.sealed)
    const ran = yield* Effect.forEach(assets, (asset) => runForTest(asset, {})).pipe(
      Effect.provide(resources),
      Effect.provide(FileSystem.layerNoop({})),
      Effect.scoped
    )
    expect({
      values: ran.map(({ value }) => value),
      origin,
      depends: [settingsOf("asked"), settingsOf("other")]
    }).toStrictEqual({
      values: ["mine"],
      origin: { name: "mine", description: "the shop mine", sampleFor: undefined },
      depends: ["mine", undefined]
    })
  })
)
