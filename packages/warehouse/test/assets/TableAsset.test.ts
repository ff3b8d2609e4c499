import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Day from "@sluice/core/data/Day"
import * as Id from "@sluice/core/data/Id"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { MaskIdMissing } from "@sluice/warehouse/assets/MaskLookup"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { published } from "@sluice/warehouse/testing/published"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const People = Table.make("people", {
  description: "People, without names",
  columns: { id: Column.id("person", Column.text(10)), city_id: Column.nullable(Column.maskId("city")) },
  primaryKey: ["id"]
})
const person = (id: string) => ({ id: Id.make("person", id), city_id: null })
const source = Asset.make("source", {
  materialize: () =>
    Effect.succeed<Changes.Reading<{ readonly id: Id.Id<"person", string>; readonly city: Pii<"city"> }>>(Dataset.of())
})
const cities = Asset.make("cities", { materialize: () => Effect.succeed(MaskMap.of("city", {})) })
const people = tableAsset(People, {
  upstreams: { source, cities },
  by: "id",
  rows: ({ source, cities }, lookup) => Changes.map(source, ({ city, id }) => ({ id, city_id: lookup(cities, city) }))
})
const ada = { id: Id.make("person", "1"), city: Pii.make("city", "London") }

it.effect.each([
  { of: "a dataset", rows: () => Dataset.of(person("1"), person("2")) },
  { of: "an array", rows: () => [person("1"), person("2")] },
  { of: "an Effect of a dataset", rows: () => Effect.succeed(Dataset.of(person("1"), person("2"))) },
  { of: "an Effect of an array", rows: () => Effect.succeed([person("1"), person("2")]) }
])("publishes $of as its table", ({ rows }) =>
  Effect.gen(function* () {
    const { metadata, value, writes } = yield* materializeForTest(tableAsset(People, { rows }), {})
    expect({ metadata, value, writes }).toStrictEqual({
      metadata: { rows: 2 },
      value: { relation: People },
      writes: [{ kind: "table", relation: "people", rows: [person("1"), person("2")] }]
    })
  })
)

it("is named and described as its table, and stored as it", () => {
  const { description, kind, name, storage } = people
  expect({ description, kind, name, relation: storage._tag === "Stored" && storage.relation }).toStrictEqual({
    description: "People, without names",
    kind: "table",
    name: "people",
    relation: People
  })
})

it.effect("`lookup` finds mask ids", () =>
  Effect.gen(function* () {
    const inputs = { source: Dataset.of(ada), cities: MaskMap.of("city", { London: 7 }) }
    const { rows } = yield* materializeForTest(people, inputs)
    expect(rows).toStrictEqual([{ id: "1", city_id: 7 }])
  })
)

it.effect("a value without a mask id fails the asset", () =>
  Effect.gen(function* () {
    const inputs = { source: Dataset.of(ada), cities: MaskMap.of("city", { Paris: 1 }) }
    expect(yield* Effect.flip(materializeForTest(people, inputs))).toStrictEqual(
      new MaskIdMissing({ table: "people", kind: "city", command: "materialize people" })
    )
  })
)

// Regression: it named `materialize people`, which makes the last partition, and the table instead of the asset. An id that was missing
// in an array of rows was reported as a bug in the asset.
it.effect("the message names what makes the rows again: the run of partitions, and otherwise the asset", () =>
  Effect.gen(function* () {
    const days = Partitions.daily("days", { start: "2024-08-01" })
    const byDay = tableAsset(
      Table.make("people_by_day", {
        description: "People, by day",
        columns: { day: Column.day, city_id: Column.maskId("city") },
        primaryKey: ["day"],
        partitionBy: "day"
      }),
      {
        partitions: days,
        upstreams: { cities },
        rows: ({ cities }, lookup, { key }) => [
          { day: Schema.decodeSync(Day.schema)(key), city_id: lookup(cities, ada.city) }
        ]
      }
    )
    const inputs = { cities: MaskMap.of("city", {}) }
    const prefixed = { ...people, name: "crm/people" }
    const errors = [
      yield* Effect.flip(materializeForTest(byDay, inputs, { partition: "2024-08-01" })),
      yield* Effect.flip(materializeForTest(prefixed, { ...inputs, source: Dataset.of(ada) }))
    ]
    expect(errors.map(({ message }) => message)).toStrictEqual([
      "A city has no mask id, so nothing was loaded into people_by_day. Make the mask ids and the rows together, with `sluice retry test`.",
      "A city has no mask id, so nothing was loaded into people. Make the mask ids and the rows together, with `sluice materialize crm/people`."
    ])
  })
)

it.effect("what changed in the source replaces the rows of its ids only", () =>
  Effect.gen(function* () {
    const inputs = {
      source: Changes.make(Dataset.of(ada), Dataset.of("1", "3")),
      cities: MaskMap.of("city", { London: 7 })
    }
    const before = published(People, [person("1"), person("2"), person("3")])
    const { rows } = yield* materializeForTest(people, inputs, { seed: [before] })
    expect(rows).toStrictEqual([
      { id: "1", city_id: 7 },
      { id: "2", city_id: null }
    ])
  })
)
