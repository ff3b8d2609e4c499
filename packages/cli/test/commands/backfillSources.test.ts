import * as Asset from "@sluice/core/asset/Asset"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import * as Day from "@sluice/core/data/Day"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const read: Array<string> = []
const failing = new Set<string>()
const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-04" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const dayRegion = Partitions.product("day_region", { day: days, region: regions })
const dayOf = Schema.decodeSync(Day.schema)

const orders = Asset.make("orders", {
  codeVersion: "1",
  partitions: days,
  materialize: (_, { key }) =>
    Effect.sync(() => {
      read.push(key)
      return key
    })
})

const DailyRevenue = Table.make("daily_revenue", {
  description: "Revenue by day.",
  columns: { day: Column.day, revenue: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})
const dailyRevenue = tableAsset(DailyRevenue, {
  codeVersion: "1",
  partitions: days,
  upstreams: { orders },
  rows: Effect.fn("daily_revenue")(function* (_, __, { first }) {
    if (failing.has(first)) return yield* new CheckFailed({ asset: "daily_revenue", checks: ["revenue"], staged: false })
    return [{ day: dayOf(first), revenue: 1 }]
  })
})

const RegionalRevenue = Table.make("regional_revenue", {
  description: "Revenue by day and region.",
  columns: { day: Column.day, region: Column.text(2), revenue: Column.integer },
  primaryKey: ["day", "region"],
  partitionBy: { day: "day", region: "region" }
})
const regionalRevenue = tableAsset(RegionalRevenue, {
  codeVersion: "1",
  partitions: dayRegion,
  rows: (_, __, { first }) => [{ day: dayOf(first.slice(0, 10)), region: first.slice(11), revenue: 1 }]
})

const sluice = program(
  Definitions.make({ name: "shop", assets: [orders, dailyRevenue, regionalRevenue], resources: () => Layer.empty }),
  emptyDirectory()
)

const ranges = ({ err }: { readonly err: string }) => err.match(/^ {2}\w+ +\d+ partitions? of .*$/gm)

it("a source that is not stored is read for the partitions that its readers need, and for no others", async () => {
  failing.add("2024-08-02")
  const first = await sluice("backfill", "orders", "daily_revenue", "--missing", "--concurrency", "1")
  expect([first.code, read.splice(0)]).toStrictEqual([1, ["2024-08-01", "2024-08-02", "2024-08-03", "2024-08-04"]])
  failing.clear()
  const [id = ""] = /\d{8}-\d{6}-\w{4}/.exec((await sluice("backfills", "list")).out) ?? []
  const resumed = await sluice("backfills", "resume", id)
  expect([resumed.code, ranges(resumed), read.splice(0)]).toStrictEqual([
    0,
    ["  orders         1 partition of days: 2024-08-02", "  daily_revenue  1 partition of days: 2024-08-02"],
    ["2024-08-02"]
  ])
  expect([(await sluice("backfill", "orders", "--missing")).code, read]).toStrictEqual([0, []])
}, 60_000)

it("cells of a product are named, counted and drawn by day", async () => {
  const made = await sluice("backfill", "regional_revenue", "--partitions", "2024-08-01..2024-08-02|*,2024-08-04|us")
  expect([made.code, ranges(made)]).toStrictEqual([
    0,
    ["  regional_revenue  5 partitions of day_region: 2024-08-01..2024-08-02|eu,"]
  ])
  const { out } = await sluice("asset", "regional_revenue")
  expect(out.slice(out.indexOf("Partitions")).split("\n").slice(1, 4)).toStrictEqual([
    "  5 of 8 made (day_region)",
    "  2024-08  ██·▄",
    "  █ made  ▄ partly made  · missing"
  ])
}, 60_000)
