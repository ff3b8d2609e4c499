import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { behind, emptyDirectory, silentApi, sluice, start, testApi } from "../support.ts"

const tables = (cwd: string) => behind(cwd, "SELECT name FROM sqlite_master WHERE name LIKE '%staging%'")
const journals = (cwd: string) => readdirSync(join(cwd, ".sluice")).filter((name) => /journal|wal|shm/.test(name))

it("a run whose process was killed is shown as crashed, closed by the next start, and carried on by retry", async () => {
  const cwd = emptyDirectory()
  const run = start(cwd, ["materialize", "--all"], { SPARK_API_URL: await silentApi() })
  await run.says("▸ api_users")
  run.signal("SIGKILL")
  await run.finished
  const during = await sluice(cwd, ["runs", "list"])
  const retried = await sluice(cwd, ["retry"], { SPARK_API_URL: (await testApi()).url })
  const after = await sluice(cwd, ["runs", "list"])
  const story = await sluice(cwd, ["runs", "show", /(\S+) {2}\S+ \S+ {2}crashed/.exec(after.stdout)?.[1] ?? ""])
  expect([during.stdout.match(/running|crashed/g), retried.code, /crashed .*--all/.test(after.stdout)]).toEqual([
    ["crashed"],
    0,
    true
  ])
  expect(retried.stderr).toMatch(/Closed run \S+ as crashed: its process ended without concluding it\./)
  expect(story.stdout).toMatch(/15 canceled.*\nits process \(\d+ on \S+\) ended without concluding it\n$/)
})

it("a process that is killed while it loads leaves nothing behind, and the rows that were there before", async () => {
  const cwd = emptyDirectory()
  const api = await testApi()
  const env = { SPARK_API_URL: api.url }
  expect((await sluice(cwd, ["materialize", "messages_raw"], env)).code).toBe(0)
  const many = api.messages
  api.messages = Array.from({ length: 300_000 }, (_, i) => ({ ...many[i % many.length], id: `m${i}` }))
  const run = start(cwd, ["materialize", "messages_raw"], env)
  await run.says("▸ messages_raw")
  await new Promise((resolve) => setTimeout(resolve, 150))
  run.signal("SIGKILL")
  await run.finished
  api.messages = many
  const count = await sluice(cwd, ["query", "select count(*) as n from messages_raw", "--json"])
  const again = await sluice(cwd, ["materialize", "messages_raw"], env)
  const runs = await sluice(cwd, ["runs", "list"])
  expect([count.stdout, again.code, await tables(cwd), journals(cwd)]).toEqual(['[\n{"n":120}\n]\n', 0, [], []])
  expect(runs.stdout.match(/succeeded|crashed|running/g)).toEqual(["succeeded", "crashed", "succeeded"])
})

it("a run of another process that lives is left alone, and whoever makes the same table is told of it", async () => {
  const cwd = emptyDirectory()
  const run = start(cwd, ["materialize", "--all"], { SPARK_API_URL: await silentApi() })
  await run.says("▸ api_users")
  const other = await sluice(cwd, ["materialize", "messages_raw"])
  const runs = await sluice(cwd, ["runs", "list"])
  run.signal("SIGINT")
  const { code } = await run.finished
  const [, named] = /^Run (\S+) \(process \d+ on \S+\) is materializing messages_raw too\. /m.exec(other.stderr) ?? []
  expect(runs.stdout).toMatch(new RegExp(`^${named} .* running`, "m"))
  expect([other.code, /Closed/.test(other.stderr), runs.stdout.match(/succeeded|running/g), code]).toEqual([
    0,
    false,
    ["succeeded", "running"],
    130
  ])
})

// Regression: history was believed over the store, and lost tables, made again without rows, passed for fresh.
it("tables that are gone from the store count as never materialized, whatever history says", async () => {
  const cwd = emptyDirectory()
  const env = { SPARK_API_URL: (await testApi()).url }
  expect((await sluice(cwd, ["materialize", "--all"], env)).code).toBe(0)
  rmSync(join(cwd, ".sluice", "public.db"))
  const view = await sluice(cwd, ["materialize", "users_without_messages"], env)
  expect([view.code, /Gone from the store since the last run: .*users_raw/.test(view.stderr)]).toEqual([2, true])
  const changed = await sluice(cwd, ["materialize", "--all", "--changed"], env)
  const count = await sluice(cwd, ["query", "select count(*) as n from users_raw", "--json"])
  expect([changed.code, count.stdout]).toEqual([0, '[\n{"n":30}\n]\n'])
})
