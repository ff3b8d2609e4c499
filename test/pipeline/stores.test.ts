import { beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, sluice, testApi } from "../../packages/cli/test/support.ts"
import { cases } from "../setup/size.ts"
import * as StoreSettings from "./StoreSettings.ts"

/** The whole pipeline as processes, from a real HTTP API into each store, and the analyst's view of it. */
const publicTables = {
  users_raw: "user_id",
  subscriptions_raw: "user_id, position",
  messages_raw: "id",
  messages_per_day: "day",
  users_without_messages: "user_id",
  active_subscriptions: "user_id, position",
  messages_without_active_subscription: "id",
  average_subscription_amount_by_month: "month",
  monitor_subscription_anomalies: "user_id, position, anomaly",
  monitor_anomalous_messages: "id, anomaly"
}
const refused = [
  "sensitive_city_ids",
  "sensitive_zipcode_ids",
  "sensitive_profession_ids",
  "quarantine",
  "sluice_runs",
  "sluice_source_pages",
  "sluice_page_rows",
  "sluice_events"
]

const seen = new Map<string, unknown>()

/**
 * SQLite returns a computed average without the trailing zeros of its scale, and booleans as numbers. Mask ids are random, so
 * only equality between rows can be compared across stores.
 */
const comparable = (all: unknown): unknown => {
  const occurrences = new Map<string, number>()
  const firstSeen = (id: string) => {
    const known = occurrences.get(id) ?? occurrences.size
    occurrences.set(id, known)
    return known
  }
  return JSON.parse(JSON.stringify(all), (name, value) => {
    if (/^(city|zipcode|profession)_id$/.test(name)) return value === null ? null : firstSeen(`${name} ${value}`)
    return /^-?\d+(\.\d+)?$/.test(String(value)) ? String(Number(value)) : value
  })
}

for (const store of StoreSettings.stores) {
  describe.skipIf(!StoreSettings.canUse(store))(`the pipeline on ${store}`, async () => {
    const cwd = emptyDirectory()
    const api = await testApi()
    let env: Readonly<Record<string, string>> = {}

    const ask = async (sql: string) => {
      const { code, stdout, stderr } = await sluice(cwd, ["query", sql, "--as", "analyst", "--json"], env)
      if (code !== 0) throw new Error(`${sql}: ${stderr.slice(0, 300)}`)
      return JSON.parse(stdout) as ReadonlyArray<Record<string, unknown>>
    }
    /** Everything that the analyst can see, without the times of loading. */
    const snapshot = async () => {
      const tables = await Promise.all(
        Object.entries(publicTables).map(async ([table, key]) => {
          const rows = await ask(`SELECT * FROM ${table} ORDER BY ${key}`)
          return [table, rows.map(({ loaded_at, ...row }) => row)] as const
        })
      )
      return Object.fromEntries(tables)
    }

    beforeAll(async () => {
      env = { SPARK_API_URL: api.url, ...(await StoreSettings.fresh(store)) }
    })

    it("makes every asset, and nothing has to be tried twice", { timeout: 60_000 }, async () => {
      // Regression: on MySQL, RENAME TABLE had deadlocks with readers of views over the table, and whole steps were retried.
      for (let run = 0; run < cases(3); run++) {
        const { code, stdout, stderr } = await sluice(cwd, ["materialize", "--all", "--full", "--json"], env)
        expect([code, stdout.match(/"StepRetrying"/g)?.length ?? 0, stderr.includes("✗")]).toEqual([0, 0, false])
      }
    })

    it("plans tell how a server's tables are loaded, and publishes how they were", async () => {
      const plan = JSON.parse((await sluice(cwd, ["plan", "--all", "--json"], env)).stdout)
      const asset = JSON.parse((await sluice(cwd, ["asset", "messages_raw", "--json"], env)).stdout)
      const expected = store === "the embedded store" ? [null, undefined] : Array(2).fill("LOAD DATA LOCAL INFILE")
      expect([plan.loadsBy, asset.materializations[0].metadata.loaded_by]).toEqual(expected)
    })

    it("shows the analyst the public tables, the same ones on every store", { timeout: 60_000 }, async () => {
      const all = await snapshot()
      expect(Object.values(all).every((rows) => rows.length > 0)).toBe(true)
      const own = comparable(all)
      for (const [other, their] of seen) expect({ [other]: own }).toEqual({ [other]: their })
      seen.set(store, own)
    })

    // Steps alongside a source hold a slot and a place in their pool, while the source needs others.
    it("comes to the same end with one slot or two, pools of one, and threads that read", { timeout: 60_000 }, async () => {
      const tight = {
        ...{ SLUICE_POOLS: "api=1,warehouse=1", SLUICE_PAGE_SIZE: "7", SLUICE_ROWS_IN_MEMORY: "10" },
        SLUICE_READING_THREADS: "2"
      }
      for (const concurrency of ["1", "2"]) {
        const args = ["materialize", "--all", "--concurrency", concurrency, "--timeout", "25s"]
        const { code, stderr } = await sluice(cwd, args, { ...env, ...tight })
        expect([code, stderr.includes("✗")]).toEqual([0, false])
      }
      expect(comparable(await snapshot())).toEqual(seen.get(store))
    })

    it.each(refused)("refuses the analyst %s", async (table) => {
      const { code, stdout } = await sluice(cwd, ["query", `SELECT * FROM ${table}`, "--as", "analyst"], env)
      expect([code, stdout]).toEqual([2, ""])
    })

    it("run again changes nothing but loaded_at; a changed API changes exactly what changed", {
      timeout: 90_000
    }, async () => {
      const before = await snapshot()
      expect((await sluice(cwd, ["materialize", "--all"], env)).code).toBe(0)
      expect(await snapshot()).toEqual(before)

      const [gone, moved, ...rest] = api.users
      api.users = [{ ...moved, city: "Nowhere in Particular", updatedAt: "2025-01-01T00:00:00.000Z" }, ...rest]
      expect((await sluice(cwd, ["materialize", "--all"], env)).code).toBe(0)
      const after = await snapshot()
      const idOf = (row: Record<string, unknown> | undefined) => row?.["id"]
      const untouched = (rows: ReadonlyArray<Record<string, unknown>> = []) =>
        rows.filter(({ user_id }) => user_id !== idOf(gone) && user_id !== idOf(moved))
      expect(untouched(after["users_raw"])).toEqual(untouched(before["users_raw"]))
      expect(after["messages_raw"]).toEqual(before["messages_raw"])
      const cityOf = (rows: ReadonlyArray<Record<string, unknown>> = []) =>
        rows.find(({ user_id }) => user_id === idOf(moved))?.["city_id"]
      const cities = before["users_raw"]?.map(({ city_id }) => city_id)
      expect(Number.isSafeInteger(cityOf(after["users_raw"]))).toBe(true)
      expect(cities).not.toContain(cityOf(after["users_raw"]))
      expect(after["users_raw"]?.some(({ user_id }) => user_id === idOf(gone))).toBe(false)
    })
  })
}
