import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Asset from "@sluice/core/asset/Asset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Partitions from "@sluice/core/partition/Partitions"
import { fileAsset } from "@sluice/files/FileAsset"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { program } from "../../packages/cli/test/inProcess.ts"
import { emptyDirectory } from "../../packages/cli/test/support.ts"

const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-05" })

/** A pipeline with a file for each day, and a source; its folders; and its commands. */
const daily = () => {
  const [store, folder] = [emptyDirectory(), join(emptyDirectory(), "reports")]
  mkdirSync(folder)
  const report = fileAsset("report", {
    codeVersion: "1",
    partitions: days,
    path: ({ key }) => join(folder, `${key}.md`),
    contents: (_, { key }) => `# ${key}\n`
  })
  const source = Asset.make("source", { codeVersion: "1", materialize: () => Effect.succeed(1) })
  const sluice = program(Definitions.make({ name: "kiosk", assets: [report, source], resources: () => Layer.empty }), store)
  const file = (day: number) => join(folder, `2024-08-0${day}.md`)
  return { folder, file, sluice }
}

const said = /^\d+ files? of report .*$/m

// Regression: only the history was asked, so the days of deleted files counted as made for good.
it("the days of deleted files are named and made again", async () => {
  const { file, folder, sluice } = daily()
  await sluice("backfill", "report", "--missing")
  for (const day of [2, 3, 5]) rmSync(file(day))
  const changed = await sluice("materialize", "report", "--changed")
  expect([changed.code, changed.err.match(said)?.[0], existsSync(file(5))]).toStrictEqual([
    0,
    "3 files of report are gone: 2024-08-02..2024-08-03, 2024-08-05. They count as missing.",
    true
  ])
  const missing = await sluice("backfill", "report", "--missing")
  expect([missing.code, missing.err.match(/^ {2}report .*$/m)?.[0], readdirSync(folder).length]).toStrictEqual([
    0,
    "  report  2 partitions of days: 2024-08-02..2024-08-03",
    5
  ])
  rmSync(file(4))
  const again = await sluice("backfill", "report", "--missing")
  expect([again.code, again.err.match(said)?.[0], existsSync(file(4))]).toStrictEqual([
    0,
    "1 file of report is gone: 2024-08-04. It counts as missing.",
    true
  ])
  expect((await sluice("backfill", "report", "--missing")).err).not.toMatch(said)
}, 60_000)

it("a folder that cannot be listed loses nothing, and stops no other run", async () => {
  const { folder, sluice } = daily()
  await sluice("backfill", "report", "--missing")
  renameSync(folder, `${folder}.aside`)
  writeFileSync(folder, "")
  const other = await sluice("materialize", "source")
  rmSync(folder)
  renameSync(`${folder}.aside`, folder)
  const after = await sluice("partitions", "list", "report")
  expect([other.code, other.err.match(said), after.out.split("\n").at(-1)]).toStrictEqual([
    0,
    null,
    "✓ Every partition is made and fresh."
  ])
}, 60_000)
