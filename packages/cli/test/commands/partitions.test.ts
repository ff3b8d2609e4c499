import { beforeAll, describe, expect, it } from "vitest"
import { pipeline, record } from "../dailyRevenue.ts"
import { program } from "../inProcess.ts"
import { emptyDirectory } from "../support.ts"

const directory = emptyDirectory()
const sluice = program(pipeline({ codeVersion: "2" }), directory)

beforeAll(async () => {
  await sluice("provision")
  await record(directory, "r1", "2024-09-01T00:00:00.000Z", {
    made: "2024-07-05..2024-08-10",
    failed: "2024-08-05, 2024-08-12"
  })
}, 60_000)

const outputOf = async (...args: ReadonlyArray<string>) => {
  const { code, err, out } = await sluice(...args)
  return [code, ...out.split("\n"), ...err.split("\n")].filter((line) => line !== "")
}

describe("the state of partitions", () => {
  it("is listed with the ranges of each state, why some are stale, and what removes the orphaned ones", async () => {
    expect(await outputOf("partitions", "list", "daily_revenue")).toStrictEqual([
      0,
      "daily_revenue 31 partitions of days",
      "  made                10  2024-08-01..2024-08-10",
      "  missing             21  2024-08-11..2024-08-31",
      "  failed               2  2024-08-05, 2024-08-12",
      "  stale               10  2024-08-01..2024-08-10",
      "    code changed      10  2024-08-01..2024-08-10",
      "  orphaned            27  2024-07-05..2024-07-31",
      "! The set no longer has the orphaned partitions. `sluice partitions prune",
      "  daily_revenue` removes them with their rows."
    ])
  })

  it("is in JSON with its numbers", async () => {
    const { out } = await sluice("partitions", "list", "daily_revenue", "--json")
    expect(JSON.parse(out)).toStrictEqual({
      asset: "daily_revenue",
      set: "days",
      counts: { total: 31, made: 10, missing: 21, failed: 2, stale: 10, orphaned: 27 },
      made: "2024-08-01..2024-08-10",
      missing: "2024-08-11..2024-08-31",
      failed: "2024-08-05, 2024-08-12",
      stale: "2024-08-01..2024-08-10",
      causes: [{ _tag: "Code", count: 10, text: "2024-08-01..2024-08-10" }],
      orphaned: "2024-07-05..2024-07-31",
      recut: [],
      isMadeWhole: false
    })
  })

  it("of an asset that is not cut is refused, and the assets that are cut are named", async () => {
    expect(await outputOf("partitions", "list", "report")).toStrictEqual([
      2,
      "✗ report is not cut into partitions. Assets that are cut: daily_revenue, monthly_revenue."
    ])
  })

  it("is in the list of assets as numbers", async () => {
    const { out } = await sluice("list")
    expect(out.match(/(daily|monthly)_revenue +table +\S.*?(?= {2}|\n)/g)).toStrictEqual([
      "daily_revenue    table      10 of 31 made, 2 failed, 10 stale, 27 orphaned",
      "monthly_revenue  table      0 of 1 made"
    ])
  })

  it("selects assets that have a partition in it, as their set does", async () => {
    const selected = async (...words: ReadonlyArray<string>) => {
      const { err, out } = await sluice("list", ...words, "--json")
      return out === "" ? err : JSON.parse(out).assets.map(({ name }: { name: string }) => name)
    }
    expect(
      await Promise.all(
        ["missing", "stale", "failed", "orphaned", "never"].map((state) => selected(`state:${state} and partition:*`))
      )
    ).toStrictEqual([
      ["daily_revenue", "monthly_revenue"],
      ["daily_revenue"],
      ["daily_revenue"],
      ["daily_revenue"],
      ["monthly_revenue"]
    ])
    expect([await selected("partition:days"), await selected("partition:weeks")]).toStrictEqual([
      ["daily_revenue"],
      "✗ There is no partition:weeks. It is one of days, months.\n  `sluice list` shows every asset."
    ])
  })

  it("is on an asset's page as a strip by month, with the last failures and the history of a named partition", async () => {
    const { out } = await sluice("asset", "daily_revenue", "--partition", "2024-08-05")
    expect(out.slice(out.indexOf("Partitions")).split("\n")).toStrictEqual([
      "Partitions",
      "  10 of 31 made, 2 failed, 10 stale, 27 orphaned (days)",
      "  10 stale: code changed: 2024-08-01..2024-08-10",
      "  orphaned: 2024-07-05..2024-07-31",
      "  2024-08  ▒▒▒▒✗▒▒▒▒▒·✗···················",
      "  ▒ stale  · missing  ✗ failed",
      "  ✗ 2024-08-05, 2024-08-12 failed 2024-09-01 00:00:00, run r1: The server",
      "    refused a row.",
      "",
      "History of 2024-08-05",
      "  2024-09-01 00:00:00  r1  failed  2024-08-05 and 1 more range  The server",
      "                                                                refused a row.",
      "  2024-09-01 00:00:00  r1  made    2024-07-05..2024-08-10       40 ms, 1 row"
    ])
  })
})

describe("a plan of partitions", () => {
  it("makes the last complete one if none is named, and shows what is kept and orphaned", async () => {
    expect(await outputOf("plan", "daily_revenue")).toStrictEqual([
      0,
      "1 step for daily_revenue",
      "  1  daily_revenue  materialize  40 ms  selected",
      "Partitions",
      "  daily_revenue  1 partition of days: 2024-08-31",
      "    10 kept · orphaned: 2024-07-05..2024-07-31",
      "about 40 ms in all"
    ])
  })

  it("makes a range with both ends, or several, and says how many are made again", async () => {
    const ranges = async (...args: ReadonlyArray<string>) => (await outputOf("plan", "daily_revenue", ...args)).slice(4, 6)
    expect([
      await ranges("--from", "2024-08-10", "--to", "2024-08-12"),
      await ranges("--partition", "2024-08-01,2024-08-03", "--partition", "2024-08-20"),
      await ranges("--changed", "--from", "2024-08-09")
    ]).toStrictEqual([
      [
        "  daily_revenue  3 partitions of days: 2024-08-10..2024-08-12",
        "    1 of them made again · 9 kept · orphaned: 2024-07-05..2024-07-31"
      ],
      [
        "  daily_revenue  3 partitions of days: 2024-08-01, 2024-08-03, 2024-08-20",
        "    2 of them made again · 8 kept · orphaned: 2024-07-05..2024-07-31"
      ],
      [
        "  daily_revenue  23 partitions of days: 2024-08-09..2024-08-31",
        "    2 of them made again · 8 kept · orphaned: 2024-07-05..2024-07-31"
      ]
    ])
  })

  it("is refused with the command that makes what is missing upstream", async () => {
    expect(await outputOf("plan", "monthly_revenue")).toStrictEqual([
      2,
      '✗ "daily_revenue" has no 2024-08-11..2024-08-31, but monthly_revenue needs them. Run `sluice backfill daily_revenue --partitions 2024-08-11..2024-08-31` first, or make them together.'
    ])
  })

  it("is refused if no selected asset is cut, or if a range is given twice", async () => {
    expect([
      await outputOf("plan", "report", "--partition", "2024-08-05"),
      await outputOf("plan", "daily_revenue", "--partition", "2024-08-05", "--from", "2024-08-01")
    ]).toStrictEqual([
      [
        2,
        "✗ No selected asset is cut into partitions, so --partition has no effect. Assets that are cut: daily_revenue, monthly_revenue."
      ],
      [2, "✗ Give --partition, or --from and --to, not both. --partition 2024-08-01..2024-08-31 is a range, too."]
    ])
  })

  it("is refused after a change of the zone, with what it means and the command that confirms it", async () => {
    const moved = program(pipeline({ timezone: "Europe/Berlin" }), directory)
    const { code, err } = await moved("plan", "daily_revenue")
    expect([code, err]).toStrictEqual([
      2,
      "✗ daily_revenue: days was cut by day of UTC, and is now cut by day of Europe/Berlin. The partitions that are there are not those of the new cut. `sluice partitions reset daily_revenue --yes` forgets them, and the table is then made anew, partition by partition."
    ])
  })
})
