import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { storedAs, viewAsset } from "@sluice/warehouse/assets/RelationAsset"
import { foreignKey, noRows } from "@sluice/warehouse/checks/RowChecks"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { masked, published } from "@sluice/warehouse/testing/published"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

class NoSuchCity extends Schema.TaggedError<NoSuchCity>()("NoSuchCity", { retryable: Schema.Boolean }) {}
class Api extends Context.Tag("test/Api")<Api, { readonly users: ReadonlyArray<{ id: string; city: Pii<"city"> }> }>() {}

const People = Table.make("people", {
  description: "",
  columns: { id: Column.text(10), city_id: Column.nullable(Column.maskId("city")) },
  primaryKey: ["id"]
})
const Cities = Mask.make("city_ids", { kind: "city", column: "city", description: "" })
const Places = View.make("places", {
  description: "",
  columns: { city_id: Column.maskId("city"), people: Column.integer },
  on: [People],
  select: () => "SELECT city_id, COUNT(*) AS people FROM people GROUP BY city_id"
})

const users = Asset.make("users", {
  materialize: () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* (yield* Quarantine).replace(
        "users",
        "test",
        Dataset.of({ ordinal: 1, id: null, field: "city", reason: "is missing" })
      )
      yield* StepContext.metadata({ quarantined: 1 })
      return Dataset.fromArray(api.users)
    })
})
const cityIds = Asset.make("city_ids", {
  upstreams: { users },
  materialize: ({ users }) =>
    Effect.flatMap(PiiMasker, (masker) =>
      masker.ids(
        Cities,
        Dataset.map(users, ({ city }) => city)
      )
    )
})
const people = Asset.make("people", {
  upstreams: { users, cities: cityIds },
  storage: storedAs(People),
  materialize: ({ users, cities }) =>
    Effect.gen(function* () {
      const warehouse = yield* Warehouse
      const rows = yield* Dataset.toArray(users)
      if (rows.some(({ city }) => cities.get(city) === undefined)) return yield* new NoSuchCity({ retryable: false })
      return yield* warehouse.publish(
        People,
        Dataset.map(users, ({ id, city }) => ({ id, city_id: cities.get(city) ?? null }))
      )
    })
})
const places = viewAsset(Places, { upstreams: { people } })

const ada = { id: "1", city: Pii.make("city", "London") }
const bob = { id: "2", city: Pii.make("city", "Paris") }
const at = "1970-01-01T00:00:00.000Z"
const step = { runId: "test", at, asset: "people" }

it.effect("an asset that publishes a table gives its rows, checks, writes, events and metadata", () =>
  Effect.gen(function* () {
    const result = yield* materializeForTest(people, { users: Dataset.of(ada), cities: MaskMap.of("city", { London: 7 }) })
    const counted = { rows: 1, rows_before: 0 }
    expect(result).toStrictEqual({
      value: { relation: People },
      rows: [{ id: "1", city_id: 7 }],
      checks: [{ name: "row_count", passed: true, metadata: counted }],
      writes: [{ kind: "table", relation: "people", rows: [{ id: "1", city_id: 7 }] }],
      metadata: { rows: 1 },
      events: [
        { _tag: "StepStarted", ...step, attempt: 1 },
        { _tag: "StepProgressed", ...step, attempt: 1, rows: 1 },
        {
          _tag: "CheckEvaluated",
          ...step,
          check: "row_count",
          severity: "error",
          blocking: true,
          passed: true,
          metadata: counted
        },
        {
          _tag: "StepSucceeded",
          ...step,
          attempt: 1,
          action: "materialize",
          durationMillis: 0,
          metadata: { rows: 1 },
          provenance: { code: "test", inputs: {}, data: "test" }
        }
      ]
    })
  })
)

it.effect("rows are those that a reader sees: in the order of the key, with the digits that the column has", () =>
  Effect.gen(function* () {
    const Prices = Table.make("prices", {
      description: "",
      columns: { id: Column.text(10), price: Column.decimal(8, 2) },
      primaryKey: ["id"]
    })
    const prices = Asset.make("prices", {
      materialize: () =>
        Effect.flatMap(Warehouse, (warehouse) =>
          warehouse.publish(Prices, Dataset.of({ id: "b", price: "2" } as const, { id: "a", price: "1.5" } as const))
        )
    })
    const { rows } = yield* materializeForTest(prices, {})
    expect(rows).toStrictEqual([
      { id: "a", price: "1.50" },
      { id: "b", price: "2.00" }
    ])
  })
)

it.effect("an asset that gives a dataset gives its rows, from the services of the test", () =>
  Effect.gen(function* () {
    const { metadata, rows, writes } = yield* materializeForTest(users, {})
    expect(rows).toStrictEqual([ada])
    expect(metadata).toStrictEqual({ quarantined: 1 })
    expect(writes).toStrictEqual([
      { kind: "quarantine", relation: "users", rows: [{ ordinal: 1, id: null, field: "city", reason: "is missing" }] }
    ])
  }).pipe(Effect.provideService(Api, { users: [ada] }))
)

it.effect("an asset that masks gives the map, whose ids count from 1, and keeps the ids of known values", () =>
  Effect.gen(function* () {
    const values = { users: Dataset.of(ada, bob, ada) }
    const first = yield* materializeForTest(cityIds, { users: Dataset.of(ada, ada) })
    expect([first.value.get(ada.city), first.value.size]).toStrictEqual([1, 1])
    expect(first.writes).toStrictEqual([{ kind: "mask", relation: "city_ids", rows: [{ id: 1, city: ada.city }] }])
    const next = yield* materializeForTest(cityIds, values, { seed: [masked(Cities, { London: 7 })] })
    expect([next.value.get(ada.city), next.value.get(bob.city)]).toStrictEqual([7, 8])
    expect(next.writes).toStrictEqual([{ kind: "mask", relation: "city_ids", rows: [{ id: 8, city: bob.city }] }])
  })
)

it.effect("a view answers the rows that its tables were given", () =>
  Effect.gen(function* () {
    const rows = [
      { id: "1", city_id: 7 },
      { id: "2", city_id: 7 }
    ]
    const result = yield* materializeForTest(places, { people: published(People, rows) })
    const counted = [{ city_id: 7, people: 2 }]
    expect([result.value, result.rows, result.writes, result.checks]).toStrictEqual([
      { relation: Places },
      counted,
      [{ kind: "view", relation: "places", rows: counted }],
      [{ name: "declared", passed: true, metadata: { differences: 0 } }]
    ])
    const empty = yield* materializeForTest(places, { people: published(People) })
    expect(empty.rows).toStrictEqual([])
  })
)

const CityCounts = Table.make("city_counts", {
  description: "",
  columns: { city_id: Column.maskId("city"), people: Column.integer },
  primaryKey: ["city_id"]
})
/** Reads a view by SQL and by pages, and publishes the result. */
const cityCounts = Asset.make("city_counts", {
  upstreams: { places },
  storage: storedAs(CityCounts),
  checks: [
    noRows(CityCounts, "not_crowded", { description: "", where: (column) => `${column("people")} > 2` }),
    foreignKey(CityCounts, { city_id: "city_id" }, People, { severity: "warn" })
  ],
  materialize: ({ places }) =>
    Effect.gen(function* () {
      const reader = yield* WarehouseReader
      const warehouse = yield* Warehouse
      const read = Chunk.toReadonlyArray(yield* Stream.runCollect(reader.read(places.relation))).flat()
      const answer = yield* reader.query("SELECT SUM(people) FROM places", "pipeline")
      yield* StepContext.metadata({ people: Number(answer.rows[0]?.[0]) })
      return yield* warehouse.publish(CityCounts, Dataset.fromArray(read))
    })
})

it.effect("SQL is answered, from a view with rows of its own or with those of its tables; warnings are told", () =>
  Effect.gen(function* () {
    const rows = [{ city_id: 7, people: 2 }]
    const alone = yield* materializeForTest(
      cityCounts,
      { places: published(Places, rows) },
      { seed: [published(People, [{ id: "1", city_id: 8 }])] }
    )
    const checks = (referring: number) => [
      { name: "row_count", passed: true, metadata: { rows: 1, rows_before: 0 } },
      { name: "not_crowded", passed: true, metadata: { rows: 1, rows_that_should_not_be: 0 } },
      {
        name: "city_counts_city_id_in_people",
        passed: referring === 0,
        metadata: { rows: 1, rows_referring_to_nothing: referring }
      }
    ]
    expect([alone.rows, alone.metadata, alone.checks]).toStrictEqual([rows, { people: 2, rows: 1 }, checks(1)])
    const computed = yield* materializeForTest(
      cityCounts,
      { places: published(Places) },
      {
        seed: [
          published(People, [
            { id: "1", city_id: 7 },
            { id: "2", city_id: 7 }
          ])
        ]
      }
    )
    expect([computed.rows, computed.checks]).toStrictEqual([rows, checks(0)])
  })
)

it.effect("a blocking check that does not pass on staged rows fails the test's effect", () =>
  Effect.gen(function* () {
    const inputs = { places: published(Places, [{ city_id: 7, people: 3 }]) }
    expect(yield* Effect.flip(materializeForTest(cityCounts, inputs))).toStrictEqual(
      new CheckFailed({ asset: "city_counts", checks: ["not_crowded"], staged: true })
    )
    const few = { places: published(Places, []) }
    const seed = [published(CityCounts, [{ city_id: 1, people: 1 }])]
    expect(yield* Effect.flip(materializeForTest(cityCounts, few, { seed }))).toStrictEqual(
      new CheckFailed({ asset: "city_counts", checks: ["row_count"], staged: true })
    )
  })
)

it.effect("an asset that fails does so with its own error, and one that breaks, with its own defect", () =>
  Effect.gen(function* () {
    const inputs = { users: Dataset.of(ada), cities: MaskMap.of("city", { Paris: 1 }) }
    expect(yield* Effect.flip(materializeForTest(people, inputs))).toStrictEqual(new NoSuchCity({ retryable: false }))
    const broken = Asset.make("broken", { materialize: () => Effect.sync(() => raise(new RangeError("thrown"))) })
    const defect = yield* Effect.catchAllDefect(materializeForTest(broken, {}), Effect.succeed)
    expect(String(defect)).toBe("RangeError: thrown")
  })
)

const raise = (error: Error): number => {
  throw error
}

it.effect("rows that do not fit their table's declaration are refused, those of the asset and those of the seed", () =>
  Effect.gen(function* () {
    const inputs = { users: Dataset.of({ ...ada, id: "longer than ten" }), cities: masked(Cities, { London: 1 }) }
    const refused = yield* Effect.flip(materializeForTest(people, inputs))
    const seed = [published(People, [{ id: "longer than ten", city_id: 7 }])]
    const seeded = materializeForTest(people, { users: Dataset.of(ada), cities: masked(Cities, { London: 1 }) }, { seed })
    const died = yield* Effect.catchAllDefect(seeded, Effect.succeed)
    expect([refused._tag, refused.message.split(".")[0], String(died).split(" (")[0]]).toStrictEqual([
      "WarehouseFailed",
      'Could not publish people: "id" of row 0 (counted from 0) is longer than 10 characters',
      'WarehouseFailed: Could not seed people: Could not publish people: "id" of row 0'
    ])
  })
)
