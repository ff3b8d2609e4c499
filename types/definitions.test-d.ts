/** Definitions that must not compile: each `@ts-expect-error` is an assertion. */
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { materialize } from "@sluice/core/definitions/Materialize"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import * as Setting from "@sluice/core/settings/Setting"
import { externalTable } from "@sluice/warehouse/assets/ExternalTable"
import { type ReadBy, viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

class Api extends Context.Tag("Api")<Api, { readonly fetch: Effect.Effect<number> }>() {}
class Rates extends Context.Tag("Rates")<Rates, { readonly rate: number }>() {}

const Orders = Table.make("orders", { description: "", columns: { id: Column.text(10) }, primaryKey: ["id"] })
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })

const stored = <T extends Storage.Relation>(relation: T) => ({
  storage: Storage.stored({ kind: "table", relation, load: Effect.flatMap(Warehouse, () => Effect.void) }),
  materialize: () => Effect.void
})
const api = Asset.make("api", { materialize: () => Effect.flatMap(Api, ({ fetch }) => fetch) })
const priced = Asset.make("priced", { upstreams: { api }, materialize: () => Effect.map(Rates, ({ rate }) => rate) })
const orders = Asset.make("orders", stored(Orders))
const ordersAgain = Asset.make("orders_again", stored(Orders))
const cities = Asset.make("cities", stored(Cities))
const citiesAgain = Asset.make("cities_again", stored(Cities))

declare const apiLayer: Layer.Layer<Api>
declare const ratesLayer: Layer.Layer<Rates>
const settings = { url: Setting.make("SHOP_URL", Setting.httpUrl, { description: "" }) }

// What the program gives need not be in resources; settings are typed.
Definitions.make({
  name: "shop",
  assets: [api, priced, orders, cities],
  settings,
  resources: ({ url }) => Layer.merge(apiLayer, url === undefined ? ratesLayer : Layer.provide(ratesLayer, Layer.empty)),
  roles: { analyst: Grants.select(Orders) },
  rowsDependOn: ({ url }) => ({ orders: String(url) })
})
Definitions.make({ name: "shop", assets: [orders] })

// Assets may be defined in the list. Without upstreams they have none, and publish nothing.
const inline = Definitions.make({ name: "shop", assets: [Asset.make("inline", { materialize: () => Effect.succeed(1) })] })
type Inline = (typeof inline)["assets"][number]
export const inlined: [Asset.UpstreamName<Inline> | Asset.Relation<Inline>] extends [never] ? true : false = true
// @ts-expect-error the upstream api is not in the graph
Definitions.make({ name: "shop", assets: [Asset.make("inline", { upstreams: { api }, materialize: () => Effect.void })] })

// Resources that do not give what the assets need.
// @ts-expect-error Rates is not given
Definitions.make({ name: "shop", assets: [api, priced], resources: () => apiLayer })
export const lacking: Definitions.Covering<readonly [typeof api, typeof priced, typeof orders], Api> = {
  "the assets need a service that resources does not give": Rates.of({ rate: 1 }) as never
}
// @ts-expect-error nothing is given
Definitions.make({ name: "shop", assets: [api], resources: () => Layer.empty })
// @ts-expect-error nothing is given
Definitions.make({ name: "shop", assets: [api, orders] })
// @ts-expect-error nothing is given
Definitions.make({ name: "shop", assets: [api, orders], settings, rowsDependOn: ({ url }) => ({ api: String(url) }) })

export const missing: Definitions.Resourced<readonly [typeof api, typeof orders]> = {} as Definitions.ResourcesGiving<Api>

// Assets that need nothing beside what the program gives.
Definitions.make({ name: "shop", assets: [orders, cities], settings, rowsDependOn: ({ url }) => ({ orders: String(url) }) })

// What only `observe` needs.
const observed = Asset.make("observed", { ...stored(Orders), observe: Effect.map(Rates, ({ rate }) => String(rate)) })
Definitions.make({ name: "shop", assets: [observed], resources: () => ratesLayer })
// @ts-expect-error Rates is not given
Definitions.make({ name: "shop", assets: [observed], resources: () => Layer.empty })

// Two assets that publish one table, or one mask.
// @ts-expect-error orders and orders_again publish orders
Definitions.make({ name: "shop", assets: [orders, ordersAgain], resources: () => Layer.empty })
export const twice: Definitions.Distinct<readonly [typeof orders, typeof ordersAgain]> =
  "orders_again publishes orders, as another asset does"
// @ts-expect-error cities and cities_again publish cities
Definitions.make({ name: "shop", assets: [cities, citiesAgain], resources: () => Layer.empty })

// An external table that an asset publishes too.
const external = externalTable(Orders)
Definitions.make({ name: "shop", assets: [external], resources: () => Layer.empty })
// @ts-expect-error orders is external, and orders_again publishes it
Definitions.make({ name: "shop", assets: [external, ordersAgain], resources: () => Layer.empty })

// An upstream that is not in the graph.
// @ts-expect-error api is missing
Definitions.make({ name: "shop", assets: [priced], resources: () => ratesLayer })

// A sensitive table is granted to nobody.
// @ts-expect-error cities is sensitive
Definitions.make({ name: "shop", assets: [cities], resources: () => Layer.empty, roles: { analyst: Grants.select(Cities) } })

// A setting that is not there, and one of an asset that is not there.
// @ts-expect-error no such setting
Definitions.make({ name: "shop", assets: [orders], settings, resources: ({ uri }) => Layer.succeed(Rates, { rate: uri }) })
Definitions.make({
  name: "shop",
  assets: [orders],
  settings,
  resources: () => Layer.empty,
  // @ts-expect-error no such asset
  rowsDependOn: () => ({ order: "" })
})

// Several pipelines in one: names, and what two assets may not share.
const shop = Definitions.make({ name: "shop", assets: [api, orders], resources: () => apiLayer })
const masks = Definitions.make({ name: "masks", assets: [cities] })
const company = Definitions.merge("company", [Definitions.prefixed("shop", shop), masks])
materialize(company, ["shop/api", "shop/orders", "cities"])
// @ts-expect-error it has a prefix now
materialize(company, ["orders"])
// The same asset in both is one.
materialize(Definitions.merge("company", [shop, Definitions.prefixed("again", shop)]), ["api", "orders"])
const otherApi = Asset.make("api", { materialize: () => Effect.succeed("text") })
const other = Definitions.make({ name: "other", assets: [otherApi] })
// @ts-expect-error two assets are called api
Definitions.merge("company", [shop, other])
export const named: Definitions.Mergeable<readonly [typeof shop, typeof other]> = "two assets are called api"
const second = Definitions.make({ name: "second", assets: [ordersAgain] })
// @ts-expect-error two assets publish orders
Definitions.merge("company", [shop, Definitions.prefixed("second", second)])
export const published: Definitions.Mergeable<readonly [typeof shop, typeof second]> = "two assets publish orders"

// Services of an asset's own.
const served = Asset.provide(priced, ratesLayer)
Definitions.make({ name: "shop", assets: [api, served], resources: () => apiLayer })
// @ts-expect-error Api is not given
Definitions.make({ name: "shop", assets: [api, served] })
// @ts-expect-error a layer that may fail with what is no failure of a step
Asset.provide(priced, Layer.fail("text"))

// A view whose upstreams are not what it reads.
const Totals = View.make("totals", { description: "", columns: {}, on: [Orders], select: () => "" })
const totals = viewAsset(Totals, { upstreams: { orders } })
viewAsset(View.make("top", { description: "", columns: {}, on: [Totals], select: () => "" }), { upstreams: { totals } })
// @ts-expect-error nothing publishes orders
viewAsset(Totals, { upstreams: {} })
// @ts-expect-error api is not read
viewAsset(Totals, { upstreams: { orders, api } })
export const unpublished: ReadBy<readonly [typeof Orders], { readonly api: typeof api }> =
  "the view reads orders, which no upstream publishes"
export const unread: ReadBy<readonly [typeof Orders], { readonly orders: typeof orders; readonly api: typeof api }> =
  "the view does not read what its upstream api publishes"
