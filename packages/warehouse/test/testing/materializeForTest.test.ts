import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { published } from "@sluice/warehouse/testing/TestWarehouse"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

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
  columns: { city_id: Column.integer },
  on: [People],
  select: () => "SELECT DISTINCT city_id FROM people"
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
const places = Asset.make("places", {
  upstreams: { people },
  materialize: () => Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Places))
})

const ada = { id: "1", city: Pii.make("city", "London") }
const at = "1970-01-01T00:00:00.000Z"
const step = { runId: "test", at, attempt: 1 }

it.effect("an asset that publishes a table gives its rows, writes, events and metadata", () =>
  Effect.gen(function* () {
    const result = yield* materializeForTest(people, { users: Dataset.of(ada), cities: MaskMap.of("city", { London: 7 }) })
    expect(result).toStrictEqual({
      value: { relation: People },
      rows: [{ id: "1", city_id: 7 }],
      writes: [{ kind: "table", relation: "people", rows: [{ id: "1", city_id: 7 }] }],
      metadata: { rows: 1 },
      events: [
        { _tag: "StepStarted", ...step, asset: "people" },
        { _tag: "StepProgressed", ...step, asset: "people", rows: 1 },
        {
          _tag: "StepSucceeded",
          ...step,
          asset: "people",
          action: "materialize",
          durationMillis: 0,
          metadata: { rows: 1 },
          provenance: { code: "test", inputs: {}, data: "test" }
        }
      ]
    })
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

it.effect("an asset that masks gives the map, and writes ids in the order that values come", () =>
  Effect.gen(function* () {
    const paris = { id: "2", city: Pii.make("city", "Paris") }
    const { value, writes } = yield* materializeForTest(cityIds, { users: Dataset.of(ada, paris, ada) })
    expect([value.get(ada.city), value.get(paris.city), value.size]).toStrictEqual([1, 2, 2])
    expect(writes).toStrictEqual([
      {
        kind: "mask",
        relation: "city_ids",
        rows: [
          { id: 1, city: ada.city },
          { id: 2, city: paris.city }
        ]
      }
    ])
  })
)

it.effect("an asset that publishes a view is given its table as published", () =>
  Effect.gen(function* () {
    const { value, writes } = yield* materializeForTest(places, { people: published(People) })
    expect([value, writes]).toStrictEqual([{ relation: Places }, [{ kind: "view", relation: "places", rows: [] }]])
  })
)

it.effect("an asset that fails does so with its own error", () =>
  Effect.gen(function* () {
    const inputs = { users: Dataset.of(ada), cities: MaskMap.of("city", { Paris: 1 }) }
    expect(yield* Effect.flip(materializeForTest(people, inputs))).toStrictEqual(new NoSuchCity({ retryable: false }))
  })
)
