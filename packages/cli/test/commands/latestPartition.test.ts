import * as Asset from "@sluice/core/asset/Asset"
import * as Day from "@sluice/core/data/Day"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
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

const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-04" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const kinds = Partitions.fixed("kinds", ["new", "used"])
const dayRegion = Partitions.product("day_region", { day: days, region: regions })
const regionKind = Partitions.product("region_kind", { region: regions, kind: kinds })
const shops = Partitions.dynamic("shops")
const dayOf = Schema.decodeSync(Day.schema)

const text = Column.text(4)
const described = { description: "What was sold." }
const byRegion = tableAsset(
  Table.make("by_region", { ...described, columns: { region: text }, primaryKey: ["region"], partitionBy: "region" }),
  { codeVersion: "1", partitions: regions, rows: (_, __, { first }) => [{ region: first }] }
)
const byRegionKind = tableAsset(
  Table.make("by_region_kind", {
    ...described,
    columns: { region: text, kind: text },
    primaryKey: ["region", "kind"],
    partitionBy: { region: "region", kind: "kind" }
  }),
  {
    codeVersion: "1",
    partitions: regionKind,
    rows: (_, __, { first }) => [{ region: first.slice(0, 2), kind: first.slice(3) }]
  }
)
const byShop = tableAsset(
  Table.make("by_shop", { ...described, columns: { shop: text }, primaryKey: ["shop"], partitionBy: "shop" }),
  { codeVersion: "1", partitions: shops, rows: (_, __, { first }) => [{ shop: first }] }
)
const byDayRegion = tableAsset(
  Table.make("by_day_region", {
    ...described,
    columns: { day: Column.day, region: text },
    primaryKey: ["day", "region"],
    partitionBy: { day: "day", region: "region" }
  }),
  {
    codeVersion: "1",
    partitions: dayRegion,
    rows: (_, __, { first }) => [{ day: dayOf(first.slice(0, 10)), region: first.slice(11) }]
  }
)
const openShops = Asset.make("open_shops", {
  codeVersion: "1",
  materialize: () => Effect.flatMap(DynamicKeys, (keys) => keys.add(shops, ["mitte"]))
})
const whole = Asset.make("whole", { codeVersion: "1", materialize: () => Effect.void })

const ranges = ({ err }: { readonly err: string }) => err.match(/^ {2}\w+ +\d+ partitions? of .*$/gm)

// Regression: a product without time windows was made whole, and nobody had asked for it.
it("a set without time windows has no latest partition, and each command that the refusal names works", async () => {
  const assets = [whole, byRegion, byRegionKind, byShop, byDayRegion, openShops]
  const sluice = program(Definitions.make({ name: "shop", assets, resources: () => Layer.empty }), emptyDirectory())
  const refused = await sluice("materialize", "--all")
  expect([refused.code, ...refused.err.split("\n").filter((line) => /^[✗ ] \w/.test(line))]).toStrictEqual([
    2,
    "✗ by_region is cut by regions, which has no latest partition. Name the partitions with --partition. `sluice backfill by_region --missing` makes those that are missing.",
    "  by_region_kind is cut by region_kind, which has no latest partition. Name the partitions with --partition. `sluice backfill by_region_kind --missing` makes those that are missing.",
    "  by_shop is cut by shops, which has no partition yet. Add its keys first. `sluice backfill by_shop --missing` makes those that are missing.",
    "  To make the other assets only, add `--exclude by_region,by_region_kind,by_shop`."
  ])
  const commands = [...refused.err.matchAll(/`sluice (backfill [^`]*)`/g)].map(([, command = ""]) => command)
  expect(commands).toStrictEqual([
    "backfill by_region --missing",
    "backfill by_region_kind --missing",
    "backfill by_shop --missing"
  ])
  expect((await sluice("materialize", "open_shops")).code).toBe(0)
  const made = []
  for (const command of commands) made.push(ranges(await sluice(...command.split(" "))))
  expect(made).toStrictEqual([
    ["  by_region  2 partitions of regions: *"],
    ["  by_region_kind  4 partitions of region_kind: *|*"],
    ["  by_shop  1 partition of shops: mitte"]
  ])
  const [, excluding = ""] = /`(--exclude [^`]*)`/.exec(refused.err) ?? []
  expect((await sluice("materialize", "--all", ...excluding.split(" "))).code).toBe(0)
  const { out } = await sluice("partitions", "list", "by_day_region")
  expect(out.split("\n").slice(0, 3)).toStrictEqual([
    "by_day_region 8 partitions of day_region",
    "  made          2  2024-08-04|*",
    "  missing       6  2024-08-01..2024-08-03|*"
  ])
  const changed = await sluice("materialize", "by_region", "--changed")
  expect([changed.code, changed.err.split("\n").at(-1)]).toStrictEqual([
    2,
    "✗ by_region is cut by regions, which has no latest partition. Name the partitions with --partition. `sluice backfill by_region --missing --stale` makes those that are missing or stale."
  ])
}, 60_000)
