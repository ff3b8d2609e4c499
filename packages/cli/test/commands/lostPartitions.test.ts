import { cpSync } from "node:fs"
import { join } from "node:path"
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
import { pipeline } from "../dailyRevenue.ts"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

// Regression: the history alone was asked, so a store from a backup was taken for complete.
it("partitions that the history has and the store lacks are named, and made again", async () => {
  const directory = emptyDirectory()
  const backup = emptyDirectory()
  const sluice = program(pipeline(), directory)
  const copy = (from: string, to: string) => {
    for (const file of ["public.db", "sensitive.db"]) cpSync(join(from, file), join(to, file))
  }
  await sluice("backfill", "daily_revenue", "--to", "2024-08-10")
  copy(directory, backup)
  await sluice("backfill", "daily_revenue", "--from", "2024-08-11", "--to", "2024-08-20")
  copy(backup, directory)
  const again = await sluice("backfill", "daily_revenue", "--to", "2024-08-20", "--missing")
  const rows = await sluice("query", "select count(*) as n from daily_revenue", "--json")
  expect([again.code, again.err.match(/^10 partitions .*$/m)?.[0], rows.out]).toStrictEqual([
    0,
    "10 partitions of daily_revenue that the history has are not in the store: 2024-08-11..2024-08-20. They count as missing.",
    '[\n{"n":20}\n]'
  ])
  expect((await sluice("backfill", "daily_revenue", "--to", "2024-08-20", "--missing")).err).not.toContain(
    "that the history has"
  )
}, 60_000)

// Regression: the run went on, and recorded what had just been forgotten.
it("what is known of partitions is not changed while a run makes some of them", async () => {
  const directory = emptyDirectory()
  const other = program(pipeline(), directory)
  const said: Array<unknown> = []
  const made = (key: string) =>
    Effect.promise(async () => {
      if (key !== "2024-08-02") return
      for (const command of [
        ["reset", "daily_revenue", "--yes"],
        ["adopt", "daily_revenue"]
      ]) {
        const { code, err } = await other("partitions", ...command)
        said.push([
          code,
          err
            .split("\n")
            .at(-1)
            ?.replace(/Backfill \S+ \(process \d+ on \S+\)/, "Backfill B (process P on H)")
        ])
      }
    })
  const { code } = await program(pipeline({ made }), directory)("backfill", "daily_revenue", "--to", "2024-08-03")
  const refusal =
    "✗ Backfill B (process P on H) is making partitions of daily_revenue. Nothing was changed: wait until it has ended, or stop it first."
  expect([code, said]).toStrictEqual([
    0,
    [
      [2, refusal],
      [2, refusal]
    ]
  ])
}, 60_000)

// Regression: the total of all days had a day that was pruned, and was fresh.
it("what reads a whole table is stale once partitions of it are pruned", async () => {
  const directory = emptyDirectory()
  const from = (start: string) => {
    const days = Partitions.daily("days", { start, end: "2024-08-03" })
    const Sales = Table.make("sales", {
      description: "Sales.",
      columns: { day: Column.day },
      primaryKey: ["day"],
      partitionBy: "day"
    })
    const Total = Table.make("total", { description: "All.", columns: { id: Column.integer }, primaryKey: ["id"] })
    const day = Schema.decodeSync(Day.schema)
    const sales = tableAsset(Sales, {
      codeVersion: "1",
      observe: Effect.succeed("1"),
      partitions: days,
      rows: (_, __, { key }) => [{ day: day(key) }]
    })
    const total = tableAsset(Total, { codeVersion: "1", upstreams: { sales }, rows: () => [{ id: 1 }] })
    return program(Definitions.make({ name: "shop", assets: [sales, total], resources: () => Layer.empty }), directory)
  }
  const [before, after] = [from("2024-08-01"), from("2024-08-02")]
  await before("backfill", "sales", "--missing")
  await before("materialize", "total")
  const standing = async () => JSON.parse((await after("list", "total", "--json")).out).assets[0].standing
  expect(await standing()).toStrictEqual({ _tag: "Fresh" })
  expect((await after("partitions", "prune", "sales")).code).toBe(0)
  expect(await standing()).toStrictEqual({ _tag: "Stale", causes: [{ _tag: "Input", asset: "sales" }] })
  expect((await after("materialize", "total", "--changed")).code).toBe(0)
  expect(await standing()).toStrictEqual({ _tag: "Fresh" })
}, 60_000)
