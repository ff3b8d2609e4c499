import { join } from "node:path"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Day from "@sluice/core/data/Day"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { noRows } from "@sluice/warehouse/checks/RowChecks"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { beforeAll, expect, it } from "vitest"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const directory = emptyDirectory()
const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-04" })
const dayOf = Schema.decodeSync(Day.schema)
const Revenue = Table.make("revenue", {
  description: "Revenue by day.",
  columns: { day: Column.day, amount: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})
const negative = (name: string, severity: "warn" | "error", below: number) =>
  noRows(Revenue, name, { severity, description: "Not so little.", where: (column) => `${column("amount")} < ${below}` })

const revenue = tableAsset(Revenue, {
  codeVersion: "1",
  partitions: days,
  checks: [
    negative("not_negative", "error", 0),
    negative("not_small", "warn", 3),
    rowCount(Revenue),
    AssetCheck.make("whole", {
      description: "Runs on the table.",
      of: "table",
      evaluate: () => Effect.succeed({ passed: true, metadata: {} })
    })
  ],
  rows: (_, __, { key }) => [{ day: dayOf(key), amount: Number(key.slice(-1)) }]
})
const other = Asset.make("other", { codeVersion: "1", materialize: () => Effect.void })
const sluice = program(Definitions.make({ name: "shop", assets: [revenue, other], resources: () => Layer.empty }), directory)

/** The exit code, and each result with its counts or its partition. */
const results = async (...args: ReadonlyArray<string>) => {
  const { code, out } = await sluice("check", ...args, "--json")
  const events: ReadonlyArray<RunEvent> = out.split("\n").map((line) => JSON.parse(line))
  const evaluated = events.flatMap((event) =>
    event._tag === "CheckEvaluated" ? [`${event.check} ${event.passed} ${Object.values(event.metadata).join(" ")}`] : []
  )
  return [code, ...evaluated.sort()]
}

const edit = (sql: string) =>
  LibsqlClient.make({ path: join(directory, "public.db") }).pipe(
    Effect.flatMap((client) => client.sql.unsafe(sql)),
    Effect.scoped,
    Effect.runPromise
  )

beforeAll(async () => {
  await sluice("backfill", "revenue", "--partitions", "2024-08-01..2024-08-03")
}, 60_000)

// Regression: a check that does not block read the whole table after each partition, and named that partition for another's rows.
it("a warning of a partition is about its own rows", async () => {
  const { err } = await sluice("materialize", "revenue", "--partition", "2024-08-03")
  expect(err.match(/check not_small .*$/gm)).toBe(null)
}, 60_000)

it("checks run once on the whole table, and with --partition on each stored partition that is named", async () => {
  expect(await results("revenue")).toStrictEqual([
    0,
    "not_negative true 3 0",
    "not_small false 3 2",
    "row_count true 3",
    "whole true "
  ])
  expect(await results("revenue", "--partition", "*")).toStrictEqual([
    0,
    "not_negative true 3",
    "not_small false 1 1 2024-08-01",
    "not_small false 1 1 2024-08-02",
    "row_count true 3"
  ])
  await edit("UPDATE revenue SET amount = -1 WHERE day = '2024-08-02'")
  await edit("DELETE FROM revenue WHERE day = '2024-08-03'")
  expect(await results("--from", "2024-08-02", "--to", "2024-08-04")).toStrictEqual([
    1,
    "not_negative false 1 1 2024-08-02",
    "not_small false 1 1 2024-08-02",
    "row_count false 0 1 2024-08-03"
  ])
  const { out } = await sluice("partitions", "list", "revenue")
  expect(out.split("\n").slice(0, 3)).toStrictEqual([
    "revenue 4 partitions of days",
    "  made          3  2024-08-01..2024-08-03",
    "  missing       1  2024-08-04"
  ])
}, 60_000)

it("a partition that is not made, and an asset that is not cut, are refused", async () => {
  const refused = async (...args: ReadonlyArray<string>) => {
    const { code, err } = await sluice("check", ...args)
    return [code, err.split("\n").at(-1)]
  }
  expect([
    await refused("revenue", "--partition", "2024-08-04"),
    await refused("revenue", "--partition", "2024-09"),
    await refused("other", "--partition", "2024-08-01")
  ]).toStrictEqual([
    [2, "✗ No partition of 2024-08-04 is made. `sluice partitions list revenue` shows those that are."],
    [2, "✗ revenue: 2024-09 is after the last partition. The nearest partition is 2024-08-04."],
    [2, "✗ No selected asset is cut into partitions, so --partition has no effect. Assets that are cut: revenue."]
  ])
}, 60_000)
