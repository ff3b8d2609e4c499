import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, type Finished, sluice, testApi } from "../../packages/cli/test/support.ts"
import * as ShopApi from "./ShopApi.ts"
import * as StoreSettings from "./StoreSettings.ts"

/** The shop of examples/shop and our own pipeline, in one database. */
const { folder: shopFolder, program } = ShopApi

for (const store of StoreSettings.stores) {
  describe.skipIf(!StoreSettings.canUse(store))(`two pipelines on ${store}`, async () => {
    const cwd = emptyDirectory()
    const api = await testApi()
    let env: Readonly<Record<string, string>> = {}

    const spark = (...args: ReadonlyArray<string>) => sluice(cwd, args, env)
    const shop = (...args: ReadonlyArray<string>) =>
      new Promise<Finished>((resolve) => {
        const { PATH = "", HOME = "" } = process.env
        const command = [program, "--module", join(shopFolder, "sluice.config.ts"), ...args]
        const child = execFile(process.execPath, command, { cwd, env: { PATH, HOME, ...env } }, (_error, stdout, stderr) =>
          resolve({ code: child.exitCode, stdout, stderr })
        )
      })
    const answered = async (asked: Promise<Finished>): Promise<unknown> => {
      const { code, stdout, stderr } = await asked
      return code === 0 ? JSON.parse(stdout) : stderr.slice(0, 500)
    }
    const countedBy = (run: typeof shop, table: string) =>
      answered(run("query", `SELECT count(*) AS n FROM ${table}`, "--as", "analyst", "--json"))
    const madeBy = async (run: typeof shop) => {
      const { materializations } = JSON.parse((await run("asset", "api_users", "--json")).stdout)
      return materializations.map(({ metadata }: { readonly metadata: { readonly rows: number } }) => metadata.rows)
    }

    beforeAll(async () => {
      const shopsApi = await ShopApi.start()
      env = {
        ...{ SPARK_API_URL: api.url, SHOP_API_URL: shopsApi.url, SHOP_RATES: join(shopFolder, "rates.csv") },
        ...(await StoreSettings.fresh(store))
      }
      return shopsApi.stop
    })

    it("are made one after the other, and again", { timeout: 120_000 }, async () => {
      const materialize = ["materialize", "--all"]
      for (const [run, args] of [
        [spark, materialize],
        [shop, ["backfill", "--all", "--missing"]],
        [spark, materialize]
      ] as const) {
        const { code, stderr } = await run(...args)
        expect([code, stderr.match(/^✗.*/gm)]).toEqual([0, null])
      }
    })

    it("each has what it declares, with nothing missing and no failed check", { timeout: 60_000 }, async () => {
      for (const run of [shop, spark]) {
        const { code, stdout, stderr } = await run("check")
        expect([code, `${stdout}${stderr}`.match(/^✗.*/gm)]).toEqual([0, null])
        expect((await run("provision")).stdout).toMatch(/^✓ Nothing was missing/)
      }
    })

    it("an analyst can read the public tables of both, and no personal values of either", { timeout: 60_000 }, async () => {
      expect([await countedBy(shop, "customers"), await countedBy(spark, "users_raw")]).toEqual([
        [{ n: 40 }],
        [{ n: api.users.length }]
      ])
      for (const table of ["shop_city_ids", "shop_postcode_ids", "sensitive_city_ids"]) {
        for (const run of [shop, spark])
          expect((await run("query", `SELECT * FROM ${table}`, "--as", "analyst")).code).toBe(2)
      }
    })

    it("the regions of each day add up to the day", { timeout: 60_000 }, async () => {
      const regional = "SELECT day, sum(orders) AS orders, sum(revenue) AS revenue FROM regional_revenue GROUP BY day"
      const sql = `SELECT count(*) AS n FROM daily_revenue d JOIN (${regional}) r ON r.day = d.day
        WHERE r.orders = d.orders AND abs(r.revenue - d.revenue) < 0.03`
      expect(await answered(shop("query", sql, "--as", "analyst", "--json"))).toEqual([{ n: 11 }])
      const { counts } = JSON.parse((await shop("partitions", "list", "regional_revenue", "--json")).stdout)
      expect([counts.made, counts.missing, counts.stale]).toEqual([33, 0, 0])
      expect((await shop("backfill", "--all", "--missing")).stderr).toContain("Nothing to do")
    })

    it("their assets of one name have two histories", { timeout: 60_000 }, async () => {
      expect([await madeBy(shop), await madeBy(spark)]).toEqual([[40], [api.users.length, api.users.length]])
    })

    it("the shop's report is the same on every store", () => {
      expect(readFileSync(join(cwd, "report.md"), "utf8")).toBe(report)
    })
  })
}

const report = `# Revenue

| day | orders | EUR |
|---|---|---|
| 2024-03-01 | 24 | 535.70 |
| 2024-03-02 | 24 | 1134.91 |
| 2024-03-03 | 24 | 1734.12 |
| 2024-03-04 | 24 | 1777.13 |
| 2024-03-05 | 24 | 687.12 |
| 2024-03-06 | 24 | 1282.24 |
| 2024-03-07 | 24 | 1881.45 |
| 2024-03-08 | 24 | 1368.27 |
| 2024-03-09 | 24 | 838.46 |
| 2024-03-10 | 24 | 1429.57 |
| 2024-03-11 | 10 | 770.06 |

| product | orders | EUR |
|---|---|---|
| Chair | 62 | 3302.55 |
| Clock | 62 | 3366.70 |
| Kettle | 63 | 3348.25 |
| Lamp | 63 | 3421.54 |
`
