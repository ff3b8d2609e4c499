import * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Day from "@sluice/core/data/Day"
import { Pii } from "@sluice/core/data/Pii"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { maskAsset } from "@sluice/warehouse/assets/MaskAsset"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-03" })
const City = Mask.make("city_ids", { kind: "city", column: "city", description: "Cities" })
const People = Table.make("people", {
  description: "Where people were, by day",
  columns: { day: Column.day, city_id: Column.maskId("city") },
  primaryKey: ["day"],
  partitionBy: "day"
})

/** The mask ids lack a value as long as `lags` says so. */
const pipeline = (lags: () => boolean) => {
  const source = Asset.make("source", {
    codeVersion: "1",
    partitions: days,
    materialize: (_, { key }) =>
      Effect.succeed(Dataset.of({ day: Schema.decodeSync(Day.schema)(key), city: Pii.make("city", `Oslo ${key}`) }))
  })
  const cities = maskAsset(City, {
    partitions: days,
    upstreams: { source },
    values: ({ source }) => Dataset.map(source, ({ city }) => (lags() ? null : city))
  })
  const people = tableAsset(People, {
    codeVersion: "1",
    partitions: days,
    upstreams: { source, cities },
    rows: ({ cities, source }, lookup) => Dataset.map(source, ({ city, day }) => ({ day, city_id: lookup(cities, city) }))
  })
  return Definitions.make({ name: "shop", assets: [source, cities, people], resources: () => Layer.empty })
}

it("partitions without mask ids name a command that makes both", async () => {
  let lags = true
  const sluice = program(
    pipeline(() => lags),
    emptyDirectory()
  )
  const failed = await sluice("backfill", "people", "city_ids", "--partitions", "2024-08-01..2024-08-02")
  const [, command = ""] = /Make the mask ids and the rows together, with `sluice ([^`]*)`/.exec(failed.err) ?? []
  expect([failed.code, command]).toStrictEqual([1, expect.stringMatching(/^retry \d{8}-\d{6}-\w{4}$/)])
  lags = false
  const made = await sluice(...command.split(" "))
  const { counts } = JSON.parse((await sluice("partitions", "list", "people", "--json")).out)
  expect([made.code, counts.made]).toStrictEqual([0, 2])
}, 60_000)
