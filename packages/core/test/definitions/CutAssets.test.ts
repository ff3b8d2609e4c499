import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as CutAssets from "@sluice/core/definitions/CutAssets"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"

const days = Partitions.daily("days", { start: "2024-08-01" })
const hours = Partitions.hourly("hours", { start: "2024-08-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const materialize = () => Effect.void
const stored = Storage.stored({ kind: "file", load: Effect.void })
const problems = (...assets: ReadonlyArray<Asset.Any>) =>
  CutAssets.problems(assets, Date.parse("2024-09-01")).map((problem) => problem.replace(/\(\/[^ ]*:\d+:\d+\)/g, "(place)"))
const table = (column: Column.Any, partitionBy?: "at") =>
  Table.make("orders", {
    description: "",
    columns: { at: column },
    primaryKey: ["at"],
    ...(partitionBy === undefined ? {} : { partitionBy })
  })
const of = (relation: Table.Any, partitions?: typeof hours) =>
  Asset.make("orders", {
    storage: Storage.stored({ kind: "table", relation, load: Effect.void }),
    ...(partitions === undefined ? {} : { partitions }),
    materialize
  })

it("a table is cut by a column that tells the partition, exactly if its asset is cut", () => {
  expect(problems(of(table(Column.timestamp, "at"), hours))).toStrictEqual([])
  expect(problems(of(table(Column.timestamp, "at")))).toStrictEqual([
    'The table of "orders" (place) names a column of partitions, and the asset has none. Set `partitions`, or remove `partitionBy`.'
  ])
  expect(problems(of(table(Column.timestamp), hours))).toStrictEqual([
    'The table orders does not name the column that says which partition of hours a row is in. Write partitionBy: "…" in Table.make.'
  ])
  expect(problems(of(table(Column.day, "at"), hours))).toHaveLength(1)
})

it("a table is not cut by the id of a person, since keys stand in the history; a mask id can be its key", () => {
  const people = Partitions.dynamic("people")
  const cutBy = (column: Column.Any) => {
    const columns = { person: column }
    const relation = Table.make("orders", {
      ...{ description: "", columns, primaryKey: ["person"], subject: "person", partitionBy: "person" }
    })
    const storage = Storage.stored({ kind: "table", relation, load: Effect.void })
    return problems(Asset.make("orders", { storage, partitions: people, materialize }))
  }
  expect([cutBy(Column.text(20)), cutBy(Column.maskId("person"))]).toStrictEqual([
    [
      'The table of "orders" (place) is cut by "person", which is the id of a person (`subject`). Keys of partitions stand in the history, in messages and in paths. Cut it by a column of mask ids.'
    ],
    []
  ])
})

it("two sets of one name, and numbers that make no sense, are refused", () => {
  const one = Asset.make("one", { partitions: days, storage: stored, lookback: -1, materialize })
  const two = Asset.make("two", {
    ...{ partitions: Partitions.daily("days", { start: "2024-09-01" }), policy: { batches: 0 } as const },
    ...{ storage: stored, concurrency: 0.5, materialize }
  })
  const keyed = Asset.make("keyed", { partitions: regions, storage: stored, dependsOnPast: true, materialize })
  expect(problems(one, two, keyed)).toStrictEqual([
    'Two sets of partitions are called "days". Give each a name of its own, or share one.',
    'The lookback of "one" (place) is -1. Use a whole number from 0.',
    'The concurrency of "two" (place) is 0.5. Use a whole number from 1.',
    'The batches of "two" (place) have 0 partitions. Use a whole number from 1.',
    '"keyed" (place) depends on the partition before, and the keys of regions have no order. Remove `dependsOnPast`.'
  ])
})

// Regression: the compiler takes any text for a policy, and nothing else refused it.
it("a policy that there is none of is refused", () => {
  expect(
    problems(Asset.make("one", { partitions: days, storage: stored, policy: "single_run", materialize }))
  ).toStrictEqual(['The policy of "one" (place) is "single_run". Use "each", "single-run" or { batches: 7 }.'])
})

// Regression: a set that was only a dimension of a product was not compared.
it("two sets of one name are refused if one of them is only a dimension of a product", () => {
  const others = Partitions.daily("days", { start: "2024-09-01" })
  const cut = (name: string, partitions: Partitions.Any) => Asset.make(name, { partitions, storage: stored, materialize })
  const cellsOf = (name: string, day: Partitions.Any) => Partitions.product(name, { day, region: regions })
  const twice = ['Two sets of partitions are called "days". Give each a name of its own, or share one.']
  expect([
    problems(cut("one", days), cut("cells", cellsOf("cells", others))),
    problems(cut("cells", cellsOf("cells", days)), cut("more", cellsOf("more", others))),
    problems(cut("nested", Partitions.product("nested", { inner: cellsOf("cells", days), day: others }))),
    problems(cut("one", days), cut("cells", cellsOf("cells", days)), cut("more", cellsOf("more", days)))
  ]).toStrictEqual([twice, twice, twice, []])
})

// Regression: a product of lists was taken for ordered, and a lookback over keys was ignored.
it("what goes by the partition before is refused for keys without time, also of a product", () => {
  const pairs = Partitions.product("pairs", { from: regions, to: regions })
  const cells = Partitions.product("cells", { day: days, region: regions })
  const chained = { storage: stored, dependsOnPast: true, lookback: 1, materialize }
  expect(
    problems(
      Asset.make("paired", { partitions: pairs, ...chained }),
      Asset.make("by_customer", {
        ...{ partitions: Partitions.dynamic("customers"), storage: stored },
        lookback: 2,
        materialize
      }),
      Asset.make("by_cell", { partitions: cells, ...chained })
    )
  ).toStrictEqual([
    '"paired" (place) depends on the partition before, and the keys of pairs have no order. Remove `dependsOnPast`.',
    '"paired" (place) makes partitions before a new one again, and the keys of pairs have no order. Remove `lookback`.',
    '"by_customer" (place) makes partitions before a new one again, and the keys of customers have no order. Remove `lookback`.'
  ])
})

it("a cut asset that is not stored is read by the same partition only", () => {
  const source = Asset.make("source", { partitions: hours, materialize })
  const same = Asset.make("same", { partitions: hours, upstreams: { source }, storage: stored, materialize })
  const mapped = Asset.make("mapped", {
    ...{ partitions: days, upstreams: { source }, storage: stored, materialize },
    mappings: { source: Mapping.overlap(hours, days) }
  })
  const ranged = Asset.make("ranged", {
    ...{ partitions: hours, upstreams: { source }, storage: stored, materialize },
    policy: "single-run"
  })
  const whole = Asset.make("whole", { upstreams: { source }, storage: stored, materialize })
  expect(problems(source, same)).toStrictEqual([])
  const told = problems(source, mapped, ranged, whole)
  expect(told).toHaveLength(3)
  expect(told[0]).toBe(
    '"mapped" (place) reads "source", which is cut and not stored: a partition of it lives only while the same partition of its readers is made. Cut both by hours with one policy and without a mapping, or store "source".'
  )
})
