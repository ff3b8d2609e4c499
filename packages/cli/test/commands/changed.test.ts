import { writeFileSync } from "node:fs"
import { join } from "node:path"
import definitions from "@sluice/assets/definitions"
import { RunEvent } from "@sluice/core/run/RunEvent"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { beforeAll, describe, expect, it } from "vitest"
import { behind, emptyDirectory, sluice, start, testApi } from "../support.ts"

const cwd = emptyDirectory()
const api = await testApi()
const codeFile = join(cwd, "versions.json")
const env = { SPARK_API_URL: api.url, SLUICE_CODE_VERSIONS: codeFile }

/** Writes the file of code versions, `changes` aside the same for every asset. */
const setCode = (changes: Readonly<Record<string, string>> = {}) => {
  const { names } = Either.getOrThrow(definitions.sealed).graph
  const versions = Object.fromEntries(names.map((name) => [name, "1"]))
  writeFileSync(codeFile, JSON.stringify({ ...versions, ...changes }))
}

/** What `materialize --changed` did: the assets that it made and those it left, by name. */
const changed = async (more: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr } = await sluice(cwd, ["materialize", "--changed", "--json"], { ...env, ...more })
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => Schema.decodeUnknownSync(RunEvent)(JSON.parse(line)))
  const named = (tag: RunEvent["_tag"]) =>
    events.flatMap((event) => (event._tag === tag && "asset" in event ? [event.asset] : []))
  return { code, stderr, made: named("StepSucceeded").sort(), left: named("StepUnchanged").length }
}

const sources = ["api_messages", "api_users"]
const maps = ["sensitive_city_ids", "sensitive_profession_ids", "sensitive_zipcode_ids"]
const belowUsers = ["monitor_anomalous_messages", "users_raw", "users_without_messages"]
const belowSubscriptions = [
  "active_subscriptions",
  "average_subscription_amount_by_month",
  "messages_without_active_subscription",
  "monitor_subscription_anomalies",
  "subscriptions_raw"
]

beforeAll(async () => {
  setCode()
  expect((await sluice(cwd, ["materialize", "--all"], env)).code).toBe(0)
}, 60_000)

describe("materialize --changed", () => {
  it("of an API that answers the same reads it and loads nothing, and says since when nothing has changed", async () => {
    const { code, left, made, stderr } = await changed()
    expect([code, made, left, stderr.match(/users_raw +unchanged since 20\d\d-/g)?.length]).toEqual([0, sources, 13, 2])
  })

  it("is not confused by where rows are kept; rows that are paged in another way count as other data, once", async () => {
    expect((await changed({ SLUICE_ROWS_IN_MEMORY: "10" })).made).toEqual(sources)
    const paged = { SLUICE_PAGE_SIZE: "7" }
    expect([(await changed(paged)).left, (await changed(paged)).made, (await changed()).left]).toEqual([0, sources, 0])
  })

  it("after one user changed makes exactly what is made from users, and says why", async () => {
    api.users = api.users.map((user, i) => (i === 3 ? { ...user, country: "Malta" } : user))
    const { left, made, stderr } = await changed()
    expect([made, left]).toEqual([[...sources, ...maps, ...belowUsers, ...belowSubscriptions].sort(), 2])
    expect(stderr).toMatch(/users_raw .*api_users has new data/)
    expect((await changed()).made).toEqual(sources)
  })

  it("after one message more makes exactly what is made from messages", async () => {
    api.messages = [...api.messages, { ...api.messages[0], id: "new" }]
    expect((await changed()).made).toEqual(
      [
        ...sources,
        "messages_raw",
        "messages_per_day",
        "users_without_messages",
        "messages_without_active_subscription",
        "monitor_anomalous_messages"
      ].sort()
    )
  })

  it("carries on after a refusal without making again what was made", async () => {
    api.users = api.users.map((user, i) => (i === 4 ? { ...user, country: "Malta" } : user))
    api.refusal = 404
    const failed = await changed()
    api.refusal = undefined
    const { code, left } = await changed()
    expect([failed.code, failed.made.includes("users_raw"), code, left]).toEqual([1, true, 0, 10])
  })
})

describe("when the code of an asset changes", () => {
  it("the list says so, what is below is stale, and --changed makes just these; plan --changed tells it beforehand", async () => {
    const before = await sluice(cwd, ["list", "users_raw", "users_without_messages"], env)
    expect(before.stdout.match(/fresh/g)?.length).toBe(2)
    setCode({ users_raw: "2" })
    const list = await sluice(cwd, ["list"], env)
    expect(list.stdout.match(/stale: .*?(?= {2})/g)).toEqual([
      "stale: code changed",
      "stale: users_raw is stale",
      "stale: users_raw is stale"
    ])
    const stale = await sluice(cwd, ["list", "state:stale", "--exclude", "state:changed"], env)
    expect(stale.stdout.split("\n").at(-2)).toBe("2 of 15 assets; their status is as of the recorded runs")
    const plan = await sluice(cwd, ["plan", "--changed", "--json"], env)
    const planned: { steps: Array<{ asset: string; standing: { _tag: string } }> } = JSON.parse(plan.stdout)
    expect(planned.steps.flatMap(({ asset, standing }) => (standing._tag === "Stale" ? [asset] : [])).sort()).toEqual(
      belowUsers
    )
    expect((await changed()).made).toEqual([...sources, ...belowUsers].sort())
  })

  it("or cannot be told, the list says so, and --changed makes it", async () => {
    const { names } = Either.getOrThrow(definitions.sealed).graph
    writeFileSync(codeFile, JSON.stringify(Object.fromEntries(names.slice(0, -1).map((name) => [name, "1"]))))
    await changed()
    const list = await sluice(cwd, ["list", "state:changed"], env)
    expect(list.stdout.match(/\w+ +view +stale: .*?(?= {2})/g)).toEqual([
      "monitor_anomalous_messages  view  stale: its code has no version"
    ])
    expect((await changed()).made).toEqual([...sources, "monitor_anomalous_messages"].sort())
    setCode({ users_raw: "2" })
    await changed()
  })

  it("that is never stored, what stores what it makes has changed", async () => {
    setCode({ users_raw: "2", api_messages: "2" })
    const changed = await sluice(cwd, ["list", "state:changed"], env)
    expect(changed.stdout.match(/^ {2}\w+/gm)).toEqual(["  messages_raw"])
  })
})

describe("when a setting of the rows changes", () => {
  it("the list says so, --changed makes users_raw and what is below, and once", async () => {
    setCode({ users_raw: "2", api_messages: "2" })
    await changed()
    const banded = { SLUICE_BIRTH: "band" }
    const list = await sluice(cwd, ["list"], { ...env, ...banded })
    expect(list.stdout.match(/stale: .*?(?= {2})/g)).toEqual([
      "stale: settings changed",
      "stale: users_raw is stale",
      "stale: users_raw is stale"
    ])
    const { made, stderr } = await changed(banded)
    expect([made, /users_raw .*settings changed/.test(stderr)]).toEqual([[...sources, ...belowUsers].sort(), true])
    const years = await behind(cwd, "SELECT COUNT(*), SUM(birth_year % 10 <> 0) FROM users_raw")
    expect([years, (await changed(banded)).made]).toEqual([[[30, 0]], sources])
    expect((await changed()).made).toEqual([...sources, ...belowUsers].sort())
  })
})

describe("a run of everything", () => {
  /** The metadata of each step, by asset. */
  const run = async (...options: ReadonlyArray<string>) => {
    const pages = { ...env, SLUICE_PAGE_SIZE: "2" }
    const { code, stdout } = await sluice(cwd, ["materialize", "--all", "--json", ...options], pages)
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => Schema.decodeUnknownSync(RunEvent)(JSON.parse(line)))
    const metadata = new Map(
      events.flatMap((event) => (event._tag === "StepSucceeded" ? [[event.asset, event.metadata] as const] : []))
    )
    const of = (asset: string, ...keys: ReadonlyArray<string>) => keys.map((key) => metadata.get(asset)?.[key])
    const users = api.users.length
    return {
      code,
      pages: [...of("api_users", "pages_changed"), ...of("api_messages", "pages_changed")],
      rows: [users, ...of("api_users", "rows"), ...of("users_raw", "rows", "rows_written", "rows_deleted")]
    }
  }

  it("reads and loads what has changed since the last one; with --full, or after a crash, everything", {
    timeout: 60_000
  }, async () => {
    const all = [30, 30, 30, undefined, undefined]
    expect(await run()).toEqual({ code: 0, pages: [undefined, undefined], rows: all })
    expect(await run()).toEqual({ code: 0, pages: [0, 0], rows: [30, 30, 30, 0, 0] })
    api.users = api.users.map((user, i) => (i === 7 ? { ...user, country: "Elsewhere" } : user))
    expect(await run()).toEqual({ code: 0, pages: [1, 0], rows: [30, 30, 30, 1, 1] })
    expect(await run("--full")).toEqual({ code: 0, pages: [undefined, undefined], rows: all })
    api.users = api.users.map((user, i) => (i === 8 ? { ...user, country: "Nowhere" } : user))
    const killed = start(cwd, ["materialize", "--all"], { ...env, SLUICE_PAGE_SIZE: "2" })
    await killed.says("▸ users_raw")
    killed.signal("SIGKILL")
    await killed.finished
    expect((await run()).pages[0]).toBe(undefined)
    expect(await behind(cwd, "SELECT country FROM users_raw WHERE country LIKE '%where' ORDER BY 1")).toEqual([
      ["Elsewhere"],
      ["Nowhere"]
    ])
    expect(await run()).toEqual({ code: 0, pages: [0, 0], rows: [30, 30, 30, 0, 0] })
  })
})
