import { execFile } from "node:child_process"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { emptyDirectory } from "../../packages/cli/test/support.ts"
import * as ShopApi from "./ShopApi.ts"

const { folder: shopFolder, program } = ShopApi

const order = { user_id: "u1", product_id: "p1", region: "eu", currency: "EUR", amount: "10.00" }

it("an order that arrives late is found by the next hour, or makes its day stale", { timeout: 120_000 }, async () => {
  const { stop, url } = await ShopApi.start()
  onTestFinished(stop)
  const cwd = emptyDirectory()
  const { PATH = "", HOME = "" } = process.env
  const env = { PATH, HOME, SHOP_API_URL: url, SHOP_RATES: join(shopFolder, "rates.csv") }
  const shop = (...args: ReadonlyArray<string>) =>
    new Promise<string>((resolve, reject) => {
      const command = [program, "--module", join(shopFolder, "sluice.config.ts"), ...args]
      execFile(process.execPath, command, { cwd, env }, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error)
      )
    })
  const arrives = (id: string, ordered_at: string) =>
    fetch(new URL("/orders", url), { method: "POST", body: JSON.stringify({ id, ordered_at, ...order }) })
  const sql = "SELECT orders FROM daily_revenue WHERE day = '2024-03-11'"
  const counted = async () => [
    JSON.parse(await shop("query", sql, "--as", "analyst", "--json"))[0].orders,
    JSON.parse(await shop("partitions", "list", "daily_revenue", "--json")).stale
  ]

  await shop("backfill", "orders", "--partitions", "..2024-03-11T22")
  await arrives("late", "2024-03-11T21:30:00.000Z")
  await shop("materialize", "orders", "exchange_rates")
  await shop("materialize", "daily_revenue")
  expect(await counted()).toEqual([11, ""])

  await arrives("later", "2024-03-11T05:30:00.000Z")
  await shop("materialize", "orders", "--partition", "2024-03-11T05")
  expect(await counted()).toEqual([11, "2024-03-11"])
  await shop("backfill", "daily_revenue", "--stale")
  expect(await counted()).toEqual([12, ""])
})
