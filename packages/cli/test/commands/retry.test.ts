import { readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { beforeAll, describe, expect, it } from "vitest"
import { flavours, isAvailable, sharedPort } from "../../../../test/servers/TestServers.ts"
import * as databases from "../../../warehouse/test/mysql/databases.ts"
import { behind, emptyDirectory, type Finished, silentApi, sluice, testApi } from "../support.ts"

const cwd = emptyDirectory()
const api = await testApi()
const env = { SPARK_API_URL: api.url }
const lastLines = ({ stderr }: Finished, count: number) => stderr.trimEnd().split("\n").slice(-count)
const withoutId = (line: string) => line.replace(/\d{8}-\d{6}-\w{4}/, "RUN")

describe("retry", () => {
  let failed: Finished
  let retried: Finished
  beforeAll(async () => {
    api.refusal = 404
    failed = await sluice(cwd, ["materialize", "--all", "--tag", "team=growth"], env)
    api.refusal = undefined
    retried = await sluice(cwd, ["retry"], env)
  }, 60_000)

  it("is what a failed run says to type next", () => {
    expect([failed.code, ...lastLines(failed, 2).map(withoutId)]).toEqual([
      1,
      "Next: pnpm assets retry RUN",
      "      pnpm assets runs show RUN"
    ])
  })

  it("makes what failed and what was skipped, loads what it needs of the rest, and shows one result of both runs", () => {
    const run = /run (\S+)\nNext/.exec(failed.stderr)?.[1]
    const started = retried.stderr.match(/^[▸] \w+/gm)?.map((line) => line.slice(2))
    expect([retried.code, started?.includes("messages_raw"), started?.includes("sensitive_city_ids")]).toEqual([
      0,
      true,
      false
    ])
    expect(retried.stderr).toContain(`Retrying run ${run} (--all).`)
    expect(retried.stderr.match(/^15 succeeded/m)?.[0]).toBe("15 succeeded")
    expect(retried.stderr).toContain(`\nIt retries run ${run}.\n`)
  })

  it("is recorded with the selection and the tags of the run that it carries on", async () => {
    const { stdout } = await sluice(cwd, ["runs", "list"])
    expect(stdout.match(/(succeeded|failed) .*/g)?.map((line) => line.replace(/^(\w+) +[\d.]+ m?s +/, "$1 "))).toEqual([
      expect.stringMatching(/^succeeded --all \[team=growth\] retry of 20\d{6}-\d{6}-\w{4}$/),
      "failed --all [team=growth]"
    ])
  })

  it("of a run that succeeded, or that is not there, is refused", async () => {
    const again = await sluice(cwd, ["retry"], env)
    const unknown = await sluice(cwd, ["retry", "nonsense"], env)
    expect([again.code, /every step of it succeeded/.test(again.stderr)]).toEqual([2, true])
    expect([unknown.code, lastLines(unknown, 1)]).toEqual([
      2,
      ["✗ Run nonsense cannot be retried: there is no such run. `pnpm assets runs list` shows the runs."]
    ])
  })

  // Regression: it made the store first, and only then looked whether there was anything to retry.
  it("where nothing was ever run says so, and makes no store", async () => {
    const own = emptyDirectory()
    const { code, stderr } = await sluice(own, ["retry"])
    expect([code, stderr.includes("materialize --all"), readdirSync(own)]).toEqual([2, true, []])
  })
})

for (const flavour of flavours) {
  // Regression: it created the database and its accounts first, and only then looked whether there was anything to retry.
  it.skipIf(!isAvailable(flavour))(
    `on ${flavour}, where nothing was ever run, it says so and provisions nothing`,
    async () => {
      const { admin, analyst, url } = databases.on(await sharedPort(flavour))
      const server = `127.0.0.1:${admin.port}`
      const { code, stderr } = await sluice(emptyDirectory(), ["retry"], {
        DATABASE_URL: `mysql://${url.user}:secret@${server}/${url.database}`,
        DATABASE_ADMIN_URL: `mysql://${admin.user}@${server}`,
        ANALYST_USER: "nobody",
        ANALYST_PASSWORD: Redacted.value(analyst.password)
      })
      const found = await Effect.runPromise(databases.as(admin, `SHOW DATABASES LIKE '${url.database}'`))
      const nothing = "✗ Nothing to retry: no run is recorded. `pnpm assets runs list` shows the runs.\n"
      expect([code, stderr, found]).toEqual([2, nothing, []])
    }
  )
}

describe("what bounds a run", () => {
  it("--fail-fast stops everything at the first failure", async () => {
    api.refusal = 404
    const { code, stderr } = await sluice(cwd, ["materialize", "--all", "--fail-fast", "--concurrency", "1"], env)
    api.refusal = undefined
    expect([code, /(1 succeeded · )?1 failed · \d+ skipped/.test(stderr)]).toEqual([1, true])
  })

  it("--timeout ends a run that takes longer, and says so", async () => {
    const slow = await sluice(emptyDirectory(), ["materialize", "--all", "--timeout", "300ms"], {
      SPARK_API_URL: await silentApi()
    })
    expect([slow.code, lastLines(slow, 4).slice(1).map(withoutId)]).toEqual([
      1,
      [
        "The run took longer than its timeout of 300ms. Its unfinished steps were canceled.",
        "Next: pnpm assets retry RUN",
        "      pnpm assets runs show RUN"
      ]
    ])
  })

  it("SLUICE_POOLS bounds a pool, and names only pools that there are", async () => {
    const bounded = await sluice(cwd, ["materialize", "messages_raw"], { ...env, SLUICE_POOLS: "api=1,warehouse=1" })
    const unknown = await sluice(cwd, ["materialize", "messages_raw"], { ...env, SLUICE_POOLS: "apis=1" })
    const malformed = await sluice(cwd, ["materialize", "messages_raw"], { ...env, SLUICE_POOLS: "api" })
    expect([bounded.code, unknown.code, unknown.stderr, malformed.code, malformed.stderr]).toEqual([
      0,
      2,
      '✗ SLUICE_POOLS names a pool that no asset is in: "apis". Did you mean api? The pools are api, warehouse.\n',
      2,
      "✗ SLUICE_POOLS is not a list of pools and limits, such as api=2,warehouse=4.\n"
    ])
  })
})

describe("an empty answer where there were rows", () => {
  it("is not published, and the check says why; --allow-fewer-rows lets it pass", async () => {
    const { messages } = api
    expect((await sluice(cwd, ["materialize", "messages_raw"], env)).code).toBe(0)
    api.messages = []
    const blocked = await sluice(cwd, ["materialize", "messages_raw"], env)
    const kept = await sluice(cwd, ["query", "select count(*) as n from messages_raw", "--json"])
    const allowed = await sluice(cwd, ["materialize", "messages_raw", "--allow-fewer-rows"], env)
    api.messages = messages
    expect([
      blocked.code,
      /✗ messages_raw +check row_count failed and blocks/.test(blocked.stderr),
      kept.stdout,
      allowed.code
    ]).toEqual([1, true, '[\n{"n":120}\n]\n', 0])
  })
})

describe("an answer with a third of the rows missing", () => {
  it("is not published by a run that reads what changed, and both counts are told; --allow-fewer-rows lets it pass", async () => {
    const { messages } = api
    expect((await sluice(cwd, ["materialize", "messages_raw"], env)).code).toBe(0)
    api.messages = messages.slice(40)
    const blocked = await sluice(cwd, ["materialize", "messages_raw"], env)
    const set = await sluice(cwd, ["materialize", "messages_raw"], { ...env, SLUICE_MAX_REMOVED_SHARE: "0.4" })
    api.messages = messages
    expect([blocked.code, set.code, /row_count failed and blocks, 80 rows, 120 rows before/.test(blocked.stderr)]).toEqual([
      1,
      0,
      true
    ])
    expect((await sluice(cwd, ["materialize", "messages_raw"], env)).code).toBe(0)
  })
})

describe("a store that was changed from outside", () => {
  it("is refused before anything is written, with the statement that repairs it", async () => {
    const own = emptyDirectory()
    expect((await sluice(own, ["materialize", "messages_raw"], env)).code).toBe(0)
    await behind(own, "ALTER TABLE messages_raw ADD COLUMN sneaked TEXT")
    const { code, stderr } = await sluice(own, ["materialize", "messages_raw"], env)
    expect([code, /not as declared, in one way/.test(stderr), /remedy: .+/.test(stderr)]).toEqual([2, true, true])
  })
})
