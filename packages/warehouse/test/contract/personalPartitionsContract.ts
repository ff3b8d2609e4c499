import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Signature from "@sluice/core/partition/Signature"
import * as Slice from "@sluice/core/partition/Slice"
import type { Space } from "@sluice/core/partition/Space"
import * as Stored from "@sluice/core/partition/Stored"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { RunStore } from "@sluice/core/run/RunStore"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { Erasure } from "@sluice/warehouse/Erasure"
import * as PersonalPartitions from "@sluice/warehouse/PersonalPartitions"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"
import type { Services } from "./erasureContract.ts"
import { ada, Cities, inRun, masked } from "./people.ts"
import { partitionsMade, runStarted } from "./runEvents.ts"
import { marksOf, replace } from "./slices.ts"
import { readAll } from "./support.ts"

const days = Partitions.daily("days", { start: "2024-03-01", end: "2024-03-02" })
const cities = Partitions.dynamic("cities")
const cityDays = Partitions.product("city_days", { day: days, city: cities })

const columns = { id: Column.integer, visitor: Column.text(40), city_id: Column.maskId("city"), day: Column.day }
const described = { description: "Who came.", columns, primaryKey: ["id"] as const, subject: "visitor" as const }
const ByCity = Table.make("visits_by_city", { ...described, partitionBy: "city_id" })
const ByCityDay = Table.make("visits_by_city_day", { ...described, partitionBy: { day: "day", city: "city_id" } })

const byCity = tableAsset(ByCity, { partitions: cities, rows: () => [] })
const byCityDay = tableAsset(ByCityDay, { partitions: cityDays, rows: () => [] })
const graph = Either.getOrThrow(AssetGraph.make([byCity, byCityDay]))
const cuts = PersonalPartitions.cutsOf(graph)
const spec = { tables: [ByCity, ByCityDay], masks: [Cities], quarantine: [], cuts }

/** Ada, the only one in Oslo, and Bob, in Bern, came on a day. Returns the mask ids of their cities as keys. */
const fill = Effect.gen(function* () {
  const ids = yield* masked("run", Cities, ["Oslo", "Bern"])
  const [oslo = 0, bern = 0] = ["Oslo", "Bern"].map((city) => ids.get(Pii.make("city", city)))
  yield* (yield* DynamicKeys).add(cities, [oslo, bern])
  const moment = { now: Date.parse("2024-04-01"), keysOf: () => [String(oslo), String(bern)] }
  const rows = [
    { id: 1, visitor: "ada_lovelace", city_id: oslo, day: "2024-03-01" },
    { id: 2, visitor: "bob", city_id: bern, day: "2024-03-01" }
  ]
  const events: Array<ReturnType<typeof partitionsMade>> = []
  const make = <T extends typeof ByCity | typeof ByCityDay>(table: T, set: Partitions.Any) =>
    Effect.gen(function* () {
      const space: Space = Either.getOrThrow(set.at(moment))
      yield* replace<Table.Any>(table, Slice.make(space, space.all), rows)
      events.push({
        ...partitionsMade("run", table.name, [Stored.of(space, space.all)]),
        set: Signature.of(space, table.partitionBy)
      })
      return Runs.size(space.all)
    })
  yield* make(ByCity, cities)
  yield* make(ByCityDay, cityDays)
  yield* (yield* RunStore).append([runStarted("run", "2024-04-01T00:00:00.000Z"), ...events])
  return { oslo: String(oslo), bern: String(bern) }
})

/** What is left in the stores: keys, rows, marks, and the cells that the history knows. */
const left = Effect.gen(function* () {
  const cellsOf = (asset: string) =>
    Effect.map(
      Effect.flatMap(RunStore, (store) => store.standing(asset)),
      (standing) => [...(standing?.cells.keys() ?? [])]
    )
  const keysOf = (table: Table.Any) => Effect.map(marksOf(table), (marks) => marks.map((mark) => mark.split(" ")[0]).sort())
  return {
    keys: yield* (yield* DynamicKeys).keys("cities"),
    visitors: (yield* readAll(ByCity)).map(({ visitor }) => visitor).sort(),
    marks: [yield* keysOf(ByCity), yield* keysOf(ByCityDay)],
    cells: [yield* cellsOf("visits_by_city"), yield* cellsOf("visits_by_city_day")]
  }
})

const only = (city: string) => ({
  keys: [city],
  visitors: ["bob"],
  marks: [[city], [`2024-03-01|${city}`, `2024-03-02|${city}`]],
  cells: [[city], [city]]
})

/** An erasure removes the partitions of mask ids like this on every store. */
export const personalPartitionsContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<
    { readonly store: Layer.Layer<Services | DynamicKeys | RunStore, WarehouseFailed> },
    E,
    Scope.Scope
  >
}) =>
  describe(`${options.name}: partitions of mask ids`, () => {
    it.scopedLive("an erasure removes the keys of the values that the person alone had, and all that is known of them", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const { bern, oslo } = yield* fill
          const found = yield* PersonalPartitions.erase(graph, spec, ada)
          expect([found.keys, found.masks, found.rows]).toStrictEqual([
            { cities: [oslo] },
            { contract_cities: 1 },
            { visits_by_city: 1, visits_by_city_day: 1 }
          ])
          expect(yield* left).toStrictEqual(only(bern))
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("a run that read its source before an erasure adds no key of a removed value after it", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const [keys, { begin }] = [yield* DynamicKeys, yield* Suppressions]
          yield* begin("run")
          const { bern, oslo } = yield* fill
          yield* inRun("run", keys.add(cities, [oslo, "Rome"]))
          yield* Effect.provide(PersonalPartitions.erase(graph, spec, ada), store)
          const refused = yield* Effect.flip(inRun("run", keys.add(cities, [oslo, "Paris"])))
          expect(refused).toMatchObject({ _tag: "StoreFailed", reason: "Outdated", operation: "add keys to cities" })
          expect(yield* keys.keys("cities")).toStrictEqual([bern, "Rome"])
          yield* begin("next")
          yield* inRun("next", keys.add(cities, ["Paris"]))
          yield* keys.add(cities, ["by a program"])
          expect(yield* keys.keys("cities")).toStrictEqual([bern, "Rome", "Paris", "by a program"])
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("an erasure that dies before it removes the rows is completed by its repetition", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const { bern, oslo } = yield* fill
          const erasure = yield* Erasure
          const dying = Erasure.of({ ...erasure, erase: () => Effect.dieMessage("killed") })
          yield* Effect.exit(Effect.provideService(PersonalPartitions.erase(graph, spec, ada), Erasure, dying))
          const between = yield* left
          expect([between.keys, between.visitors, between.cells]).toStrictEqual([
            [bern],
            ["ada_lovelace", "bob"],
            [[bern], [bern]]
          ])
          expect((yield* PersonalPartitions.erase(graph, spec, ada)).keys).toStrictEqual({ cities: [oslo] })
          expect(yield* left).toStrictEqual(only(bern))
          expect((yield* PersonalPartitions.erase(graph, spec, ada)).keys).toStrictEqual({ cities: [] })
        }).pipe(Effect.provide(store))
      })
    )
  })
