import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { folderWith, sluice, startWith } from "../ownPipeline.ts"

const config = `
import { appendFileSync } from "node:fs"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-31" })
const DailyRevenue = Table.make("daily_revenue", {
  description: "Revenue by day.",
  columns: { day: Column.day, revenue: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})
const dailyRevenue = tableAsset(DailyRevenue, {
  codeVersion: "1",
  partitions: days,
  rows: Effect.fn("daily_revenue")(function* (_, __, { key }) {
    yield* Effect.sleep(Number(process.env.PAUSE ?? 0))
    appendFileSync("made.log", key + "\\n")
    return [{ day: key, revenue: 1 }]
  })
})
export default Definitions.make({ name: "shop", assets: [dailyRevenue], resources: () => Layer.empty })
`

const madeIn = (folder: string): ReadonlyArray<string> => {
  const file = join(folder, "made.log")
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []
}

const until = async (isDone: () => boolean) => {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 10))
}

const keysIn = (text: string): ReadonlyArray<string> => JSON.parse(text).map(({ day }: { readonly day: string }) => day)

it("a backfill of a month that is killed in the middle is resumed, and makes exactly the rest", async () => {
  const folder = folderWith({ "sluice.config.ts": config })
  const range = ["--from", "2024-08-01", "--to", "2024-08-31"]
  const running = startWith({ PAUSE: "40" }, folder, "backfill", "daily_revenue", ...range, "--concurrency", "2")
  await until(() => madeIn(folder).length >= 12)
  running.kill("SIGKILL")
  await running.finished
  const query = ["query", "select day from daily_revenue order by day", "--json"]
  const there = keysIn((await sluice(folder, ...query)).stdout)
  rmSync(join(folder, "made.log"))
  const id = /^\S+-\S+/m.exec((await sluice(folder, "backfills", "list")).stdout.split("\n")[1] ?? "")?.[0] ?? ""
  const resumed = await sluice(folder, "backfills", "resume", id)
  const all = keysIn((await sluice(folder, ...query)).stdout)
  expect([resumed.status, /Closed run \S+ as crashed/.test(resumed.stderr), all.length]).toStrictEqual([0, true, 31])
  expect([there.length > 0 && there.length < 31, [...madeIn(folder)].sort()]).toStrictEqual([
    true,
    all.filter((key) => !there.includes(key))
  ])
}, 120_000)

it("a backfill is canceled by another process, and its process ends at once", async () => {
  const folder = folderWith({ "sluice.config.ts": config })
  const running = startWith({ PAUSE: "1000" }, folder, "backfill", "daily_revenue", "--missing", "--concurrency", "1")
  await until(() => madeIn(folder).length >= 2)
  const id = /^\S+-\S+/m.exec((await sluice(folder, "backfills", "list")).stdout.split("\n")[1] ?? "")?.[0] ?? ""
  const overlapping = await sluice(folder, "backfill", "daily_revenue", "--from", "2024-08-30")
  expect([overlapping.status, overlapping.stderr.includes(`\`npx sluice backfills cancel ${id}\``)]).toStrictEqual([2, true])
  const canceling = startWith({}, folder, "backfills", "cancel", id)
  await canceling.says("Canceling backfill")
  const since = Date.now()
  const { status } = await running.finished
  const took = Date.now() - since
  const canceled = await canceling.finished
  expect([
    canceled.status,
    status,
    new RegExp(`Backfill ${id} is canceled: \\d+ of 31 made`).test(canceled.stdout)
  ]).toStrictEqual([0, 130, true])
  // It takes at most half a second, and longer on a machine that is busy with other tests.
  expect(took).toBeLessThan(2_000)
}, 120_000)

// Regression: `cancel` waited ten seconds for the process to answer, and named `resume`.
it("a backfill whose process was killed is canceled at once, recorded as canceled, and resumed", async () => {
  const folder = folderWith({ "sluice.config.ts": config })
  const running = startWith({ PAUSE: "40" }, folder, "backfill", "daily_revenue", "--missing", "--concurrency", "1")
  await until(() => madeIn(folder).length >= 5)
  running.kill("SIGKILL")
  await running.finished
  const there = keysIn((await sluice(folder, "query", "select day from daily_revenue order by day", "--json")).stdout)
  const list = async () => (await sluice(folder, "backfills", "list", "--json")).stdout
  const [{ runId, status: dead }] = JSON.parse(await list()).backfills
  const canceling = startWith({}, folder, "backfills", "cancel", runId)
  await canceling.says("Canceling backfill")
  const since = Date.now()
  const canceled = await canceling.finished
  expect(Date.now() - since).toBeLessThan(5_000)
  expect([canceled.status, canceled.stderr.replace(/\d+ on [^)]+/, "PROCESS"), canceled.stdout]).toStrictEqual([
    0,
    `Canceling backfill ${runId}.\nIts process (PROCESS) has died.\n`,
    `✓ Backfill ${runId} is canceled: ${there.length} of 31 made. What was made stays.\nNext: npx sluice backfills resume ${runId}\n`
  ])
  const [{ partitions, status }] = JSON.parse(await list()).backfills
  expect([dead, status, partitions.made]).toStrictEqual(["crashed", "canceled", there.length])
  rmSync(join(folder, "made.log"))
  const resumed = await sluice(folder, "backfills", "resume", runId)
  expect([resumed.status, madeIn(folder).length]).toStrictEqual([0, 31 - there.length])
}, 120_000)
