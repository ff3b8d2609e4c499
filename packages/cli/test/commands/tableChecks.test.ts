import * as AssetCheck from "@sluice/core/asset/AssetCheck"
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

const Sales = Table.make("sales", {
  description: "The days with sales",
  columns: { day: Column.day },
  primaryKey: ["day"],
  partitionBy: "day"
})

// Regression: the run succeeded, and the message named `asset sales`, which says no more.
it("a backfill whose table fails a check fails, and proposes to check the table again", async () => {
  let passed = false
  const sales = tableAsset(Sales, {
    codeVersion: "1",
    partitions: Partitions.daily("days", { start: "2024-08-01", end: "2024-08-02" }),
    checks: [
      AssetCheck.make("whole", {
        ...{ description: "The table is whole.", of: "table" },
        evaluate: () => Effect.sync(() => ({ passed, metadata: {} }))
      })
    ],
    rows: (_, __, { key }) => [{ day: Schema.decodeSync(Day.schema)(key) }]
  })
  const definitions = Definitions.make({ name: "shop", assets: [sales], resources: () => Layer.empty })
  const sluice = program(definitions, emptyDirectory())
  const failed = await sluice("backfill", "sales", "--missing")
  const id = /run (\S+)/.exec(failed.err)?.[1] ?? ""
  expect([failed.code, failed.err.split("\n").slice(-3)]).toStrictEqual([
    1,
    ["Next: sluice check sales", `      sluice backfills show ${id}`, "✗ "]
  ])
  expect(failed.err).toContain(
    '"sales" failed the check whole of the whole table. The partitions that were made stay. `sluice check sales` checks the table again.'
  )
  const again = [await sluice("backfills", "resume", id), await sluice("retry", id)]
  expect(again.map(({ code, err }) => [code, err.split("\n").at(-1)])).toStrictEqual([
    [0, `Nothing is left of backfill ${id}: everything in it is made.`],
    [0, `Nothing is left of run ${id}: every partition in it is made.`]
  ])
  passed = true
  expect((await sluice("check", "sales")).code).toBe(0)
}, 60_000)
