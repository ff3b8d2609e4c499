import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, silentApi, sluice, start, testApi } from "../../packages/cli/test/support.ts"
import * as databases from "../../packages/warehouse/test/mysql/databases.ts"
import { flavours, isAvailable, sharedPort } from "../servers/TestServers.ts"
import { isFull } from "../setup/size.ts"

/** A user of the sample with a unique id, city and profession. */
const canary = { id: "Zq7user-4f1e", city: "Zq7city-Ö", profession: "Zq7profession" }
const secrets = Object.values(canary)

for (const store of ["the embedded store", ...flavours] as const) {
  describe.skipIf(store !== "the embedded store" && !isAvailable(store))(`erasing a user from ${store} (G13)`, async () => {
    const cwd = emptyDirectory()
    const api = await testApi()
    const said: Array<string> = []
    const name = `e${randomBytes(5).toString("hex")}`
    let env: Readonly<Record<string, string>> = {}
    let port = 0

    const assets = async (...args: ReadonlyArray<string>) => {
      const finished = await sluice(cwd, [...args, "--log-level", "debug"], env)
      said.push(finished.stdout, finished.stderr)
      return finished
    }
    const query = async (sql: string): Promise<ReadonlyArray<Record<string, unknown>>> =>
      JSON.parse((await sluice(cwd, ["query", sql, "--json"], env)).stdout)

    /** The id of the canary's city. */
    let freed: unknown
    /** The places of the secrets: every row as the administrator sees it, or every byte of every file. */
    const found = async (): Promise<ReadonlyArray<string>> => {
      if (store === "the embedded store") {
        const directory = join(cwd, ".sluice")
        return readdirSync(directory).filter((file) => {
          const bytes = readFileSync(join(directory, file))
          return secrets.some((secret) => bytes.includes(secret))
        })
      }
      const root = {
        _tag: "Mysql",
        host: "127.0.0.1",
        port,
        user: "root",
        password: Redacted.make(""),
        database: name
      } as const
      const all = await Effect.runPromise(
        databases.as(root, `SELECT table_name FROM information_schema.tables WHERE table_schema = '${name}'`)
      )
      const names = all.map(([table]) => String(table)).sort()
      const rows = await Promise.all(names.map((table) => Effect.runPromise(databases.as(root, `SELECT * FROM ${table}`))))
      return names.filter((_, i) => secrets.some((secret) => JSON.stringify(rows[i]).includes(secret)))
    }

    /** Everything that analysts can read about the others, without the times of loading. */
    const others = async () => {
      const [users, subscriptions, messages] = await Promise.all([
        query("SELECT * FROM users_raw ORDER BY user_id"),
        query("SELECT * FROM subscriptions_raw ORDER BY user_id, position"),
        query("SELECT * FROM messages_raw ORDER BY id")
      ])
      const theirs = [...users, ...subscriptions, ...messages].filter(
        ({ user_id, sender_id, receiver_id }) => ![user_id, sender_id, receiver_id].includes(canary.id)
      )
      return theirs.map(({ loaded_at, ...row }) => row)
    }

    beforeAll(async () => {
      const [first, ...rest] = api.users
      const profile = { gender: "female", isSmoking: false, profession: canary.profession, income: 1000 }
      const user = { ...first, id: canary.id, city: canary.city, profile }
      // The same user again, in a row that cannot be decoded and is quarantined.
      api.users = [user, ...rest, { ...user, profile: { ...profile, income: "a lot" } }]
      const renamed = (id: unknown) => (String(id) === String(first?.["id"]) ? canary.id : id)
      api.messages = api.messages.map((message) => ({
        ...message,
        senderId: renamed(message["senderId"]),
        receiverId: renamed(message["receiverId"])
      }))
      env = { SPARK_API_URL: api.url }
      if (store === "the embedded store") return
      port = await sharedPort(store)
      env = {
        ...env,
        DATABASE_URL: `mysql://p_${name}:pipeline@127.0.0.1:${port}/${name}`,
        DATABASE_ADMIN_URL: `mysql://root@127.0.0.1:${port}`,
        ANALYST_USER: `a_${name}`,
        ANALYST_PASSWORD: "analyst"
      }
    })

    it("removes them from everywhere, keeps them out, and says who they were nowhere", { timeout: 120_000 }, async () => {
      expect((await assets("materialize", "--all")).code).toBe(0)
      const places = await found()
      freed = (await query(`SELECT city_id FROM users_raw WHERE user_id = '${canary.id}'`))[0]?.["city_id"]
      expect(places).toEqual(
        store === "the embedded store"
          ? ["public.db", "sensitive.db"]
          : expect.arrayContaining(["messages_raw", "quarantine", "sensitive_city_ids", "subscriptions_raw", "users_raw"])
      )
      const before = await others()

      const dry = await assets("erase", canary.id, "--dry-run", "--json")
      const facts = {
        rows: { users_raw: 1, subscriptions_raw: expect.any(Number), messages_raw: expect.any(Number) },
        maskValues: { sensitive_city_ids: 1, sensitive_zipcode_ids: expect.any(Number), sensitive_profession_ids: 1 },
        quarantined: 1,
        suppressedSince: null
      }
      expect(JSON.parse(dry.stdout)).toEqual({ erased: false, ...facts })
      expect(await found()).toEqual(places)

      const erased = await assets("erase", canary.id, "--json")
      const receipt = JSON.parse(erased.stdout)
      expect([erased.code, receipt]).toEqual([0, { ...receipt, ...JSON.parse(dry.stdout), erased: true }])
      expect(await found()).toEqual([])
      expect(await others()).toEqual(before)

      // A second run, from a source that still has them.
      const again = await assets("materialize", "--all", "--changed")
      expect([again.code, again.stderr.match(/✓ api_users .* (\d+ suppressed)/)?.[1]]).toEqual([0, "2 suppressed"])
      expect(await found()).toEqual([])
      expect(await others()).toEqual(before)

      const { stdout: history } = await assets("runs", "list")
      expect(history).toMatch(new RegExp(`${receipt.runId} .* succeeded .* erase\\n`))
      expect((await assets("runs", "show", receipt.runId)).stdout).toContain("1 of users_raw")
      await assets("runs", "logs", receipt.runId, "--json")
      await assets("erase", canary.id)
      await assets("erase", canary.id, "another argument")
      expect(said.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([])
    })

    it("is no reason to run anything but what reads the source, and leaves nothing to retry", {
      timeout: 60_000
    }, async () => {
      const standings = async () =>
        (await assets("plan", "--all", "--changed", "--json")).stdout.match(/"_tag": "(Fresh|Stale|Never)"/g)
      const before = await standings()
      expect((await assets("erase", "nobody")).code).toBe(0)
      expect([before?.length, await standings()]).toEqual([13, before])
      const { code, stderr } = await assets("retry")
      expect([code, stderr]).toEqual([2, expect.stringContaining("every step of it succeeded")])
    })

    it("undone, it lets the next run bring them in again, with other ids for what had been freed", {
      timeout: 60_000
    }, async () => {
      expect((await assets("erase", canary.id, "--undo")).code).toBe(0)
      expect(await found()).toEqual([])
      expect((await assets("materialize", "--all", "--changed")).code).toBe(0)
      const [user] = await query(`SELECT city_id FROM users_raw WHERE user_id = '${canary.id}'`)
      expect([Number.isSafeInteger(user?.["city_id"]), user?.["city_id"] === freed]).toEqual([true, false])
    })

    it("is refused while a run is reading the source, and names that run", { timeout: 60_000 }, async () => {
      const run = start(cwd, ["materialize", "--all"], { ...env, SPARK_API_URL: await silentApi() })
      await run.says("▸ api_users")
      const before = await found()
      const { code, stderr } = await assets("erase", canary.id)
      run.signal("SIGTERM")
      await run.finished
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/Run [\d-]+\w+ \(process \d+ on .*\) is materializing (?:.*, )?api_users\b/)
      ])
      expect(await found()).toEqual(before)
    })

    it("killed at any moment, it has removed all or nothing, and removes all when it is run again", {
      timeout: 120_000
    }, async () => {
      const table = async () => {
        const [users] = await query(`SELECT COUNT(*) AS n FROM users_raw WHERE user_id = '${canary.id}'`)
        const [messages] = await query(
          `SELECT COUNT(*) AS n FROM messages_raw WHERE sender_id = '${canary.id}' OR receiver_id = '${canary.id}'`
        )
        const [cities] = await query(`SELECT COUNT(*) AS n FROM sensitive_city_ids WHERE city = '${canary.city}'`)
        return [users, messages, cities].map((row) => Number(row?.["n"]) > 0)
      }
      const seen: Array<ReadonlyArray<boolean>> = []
      const started = performance.now()
      await start(cwd, ["erase", "nobody"], env).finished
      const whole = performance.now() - started
      for (const share of isFull ? [0.6, 0.75, 0.85, 0.95] : [0.75, 0.95]) {
        const run = start(cwd, ["erase", canary.id], env)
        const delay = whole * share
        await new Promise((resolve) => setTimeout(resolve, delay))
        run.signal("SIGKILL")
        await run.finished
        seen.push(await table())
      }
      expect(seen.filter((each) => new Set(each).size > 1)).toEqual([])
      expect((await assets("erase", canary.id)).code).toBe(0)
      expect([await table(), await found()]).toEqual([[false, false, false], []])
    })
  })
}
