/**
 * What must not compile. Each `@ts-expect-error` is an assertion: were the line below it to compile, the directive itself
 * would be an error, and `pnpm check` fails.
 */
import * as Asset from "@sluice/core/asset/Asset"
import type { Metadata } from "@sluice/core/asset/Metadata"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Log from "@sluice/core/Log"
import type { Plan } from "@sluice/core/plan/Plan"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import * as Executor from "@sluice/core/run/Executor"
import type { RunStore } from "@sluice/core/run/RunStore"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

class Api extends Context.Tag("Api")<Api, { readonly fetch: Effect.Effect<number> }>() {}

const source = Asset.make("source", { materialize: () => Effect.flatMap(Api, (api) => api.fetch) })
const doubled = Asset.make("doubled", { upstreams: { source }, materialize: ({ source }) => Effect.succeed(source * 2) })
const told = Asset.make("told", { upstreams: { doubled }, materialize: ({ doubled }) => Effect.succeed(`${doubled}`) })

// 1. An upstream that is not in the graph; an upstream's value used at the wrong type.
AssetGraph.make([source, doubled, told])
// @ts-expect-error doubled is missing
AssetGraph.make([source, told])
export const named: AssetGraph.Closed<readonly [typeof source, typeof told]> = "the upstream doubled is not in the graph"
// @ts-expect-error source is a number
Asset.make("wrong", { upstreams: { source }, materialize: ({ source }) => Effect.succeed(source.toUpperCase()) })
// @ts-expect-error there is no upstream of that name
Asset.make("wrong", { upstreams: { source }, materialize: ({ sauce }) => Effect.succeed(sauce) })

// 2. An asset name in code that the graph does not have.
const graph = Either.getOrThrow(AssetGraph.make([source, doubled, told]))
AssetGraph.get(graph, "doubled")
// @ts-expect-error no such asset
AssetGraph.get(graph, "doubbled")
Selection.of(graph, "source", "told")
// @ts-expect-error no such asset
Selection.of(graph, "source", "tolled")

// 3. Running a graph whose layers are not all provided.
declare const plan: Plan<(typeof graph.assets)[number]>
const running = Executor.run(plan, { concurrency: 1 })
export const needs: Effect.Effect<unknown, unknown, Api | RunStore> = running
// @ts-expect-error Api and RunStore are not provided
export const provided: Effect.Effect<unknown, unknown> = running
// @ts-expect-error Api is not provided
export const half: Effect.Effect<unknown, unknown, RunStore> = running

// 4. A personal value in a row of a public table, in a log call, in metadata or in an error.
const city: Pii<"city"> = Pii.make("city", "London")
const People = Table.make("people", {
  description: "",
  columns: { id: Column.text(10), city_id: Column.integer },
  primaryKey: ["id"]
})
const row = (value: Table.Row<typeof People>) => value
row({ id: "1", city_id: 7 })
// @ts-expect-error a personal value where an id belongs
row({ id: "1", city_id: city })
// @ts-expect-error a personal value where text belongs
row({ id: city, city_id: 7 })
declare const rows: Dataset.Dataset<{ readonly id: string; readonly city_id: Pii<"city"> }>
// @ts-expect-error a dataset with personal values, published to a public table
Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(People, rows))
// @ts-expect-error a personal value in a log message
Log.info(city)
// @ts-expect-error a personal value in a log field
Log.info("user", { city })
// @ts-expect-error a personal value in metadata
export const metadata: Metadata = { city }
// @ts-expect-error a personal value in a step's metadata
StepContext.metadata({ city })
class Broken extends Schema.TaggedError<Broken>()("Broken", { field: Schema.String }) {}
// @ts-expect-error a personal value in an error
new Broken({ field: city })
// @ts-expect-error a personal value as text
export const text: string = city

// 5. Looking up a zip code in the map of cities.
declare const cities: MaskMap<"city">
cities.get(city)
// @ts-expect-error a zip code is no city
cities.get(Pii.make("zipcode", "05734"))
// @ts-expect-error text is no city
cities.get("London")
const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })
declare const zipcodes: Dataset.Dataset<Pii<"zipcode">>
// @ts-expect-error zip codes are not masked by the map of cities
Effect.flatMap(PiiMasker, (masker) => masker.ids(Cities, zipcodes))

// 6. Granting the analyst a sensitive table, or reading one in a public view.
Grants.select(People)
// @ts-expect-error the map from mask ids to values is sensitive
Grants.select(Cities)
const Secrets = Table.make("secrets", { description: "", columns: { city: Column.pii("city") }, primaryKey: ["city"] })
// @ts-expect-error a personal column makes a table sensitive
Grants.select(Secrets)
// @ts-expect-error a view over a sensitive table
View.make("leak", { description: "", columns: {}, on: [Secrets], select: () => "" })
