import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RunEvent } from "@sluice/core/run/RunEvent"
import * as Schema from "effect/Schema"
import { beforeAll, describe, expect, it } from "vitest"
import { emptyDirectory, type Finished, sluice } from "../support.ts"

const cwd = emptyDirectory()
const untouched = emptyDirectory()

describe("before the first run", () => {
  it("what only reads needs no store and makes nothing", async () => {
    const ends = (commands: ReadonlyArray<ReadonlyArray<string>>) =>
      Promise.all(commands.map(async (args) => [args.join(" "), (await sluice(untouched, args)).code]))
    const fine = [
      ["list"],
      ["graph"],
      ["validate"],
      ["plan", "--all"],
      ["runs", "list"],
      ["runs", "prune"],
      ["asset", "users_raw"]
    ]
    const refused = [
      ["retry"],
      ["check"],
      ["query", "select 1"],
      ["runs", "show"],
      ["runs", "logs"],
      ["list", "state:stale"]
    ]
    expect(await ends(fine)).toEqual(fine.map((args) => [args.join(" "), 0]))
    expect(await ends(refused)).toEqual(refused.map((args) => [args.join(" "), 2]))
    expect(readdirSync(untouched)).toEqual([])
  })

  // Regression: a store that could not be used was called empty, and whoever believed it looked for their tables elsewhere.
  it("a store that cannot be used is not called empty", async () => {
    const [file, garbage, partial] = [emptyDirectory(), emptyDirectory(), emptyDirectory()]
    writeFileSync(join(file, ".sluice"), "")
    for (const own of [garbage, partial]) mkdirSync(join(own, ".sluice"))
    for (const name of ["public.db", "sensitive.db", "history.db"]) {
      writeFileSync(join(garbage, ".sluice", name), "canary ".repeat(1000))
    }
    writeFileSync(join(partial, ".sluice/public.db"), "")
    for (const [own, why] of [
      [file, "there is a file of that name (EEXIST)"],
      [garbage, "is not a database, or is damaged (SQLITE_NOTADB)"],
      [partial, "history.db"]
    ] as const) {
      const before = readdirSync(own, { recursive: true })
      const commands = [["query", "select 1"], ["runs", "list"], ["check"], ["retry"], ["plan", "--all"]]
      const all = await Promise.all(commands.map((args) => sluice(own, args)))
      expect(all.map(({ code, stdout, stderr }) => [code, stdout, stderr.includes(why)])).toEqual(
        commands.map(() => [2, "", true])
      )
      expect(readdirSync(own, { recursive: true })).toEqual(before)
    }
  })

  it("a query and a run's story say what to do first", async () => {
    const query = await sluice(untouched, ["query", "select 1"])
    const story = await sluice(untouched, ["runs", "show"])
    expect([query, story].map(({ code, stdout, stderr }) => [code, stdout, stderr.includes("materialize --all")])).toEqual([
      [2, "", true],
      [2, "", true]
    ])
  })

  it("a selection that matches nothing is an error unless that is allowed", async () => {
    expect((await sluice(untouched, ["materialize", "group:nothing"])).code).toBe(2)
    expect(await sluice(untouched, ["materialize", "group:nothing", "--allow-empty"])).toEqual({
      code: 0,
      stdout: "",
      stderr: ""
    })
  })
})

describe("a whole run without any configuration", () => {
  let first: Finished
  beforeAll(async () => {
    first = await sluice(cwd, ["materialize", "--all", "--json"])
  }, 60_000)

  it("says in its first line what it uses, and in its last what to type next", () => {
    const lines = first.stderr.trimEnd().split("\n")
    expect([first.code, lines.at(0), lines.at(-1)]).toEqual([
      0,
      "Using the bundled sample API (30 users) and the embedded store in .sluice. Set SPARK_API_URL and DATABASE_URL in .env to use your own.",
      'Next: pnpm assets query "select * from messages_per_day" --as analyst'
    ])
  })

  it("writes nothing but run events on standard output where --json asks for them", () => {
    const events = first.stdout
      .trimEnd()
      .split("\n")
      .map((line) => Schema.decodeUnknownSync(RunEvent)(JSON.parse(line)))
    expect([events.at(0)?._tag, events.at(-1)]).toMatchObject(["RunStarted", { _tag: "RunConcluded", status: "succeeded" }])
  })

  it("is recorded, and its story has every step", async () => {
    const list = await sluice(cwd, ["runs", "list"])
    const show = await sluice(cwd, ["runs", "show"])
    expect([
      list.stdout.split("\n").length,
      list.stdout.includes("succeeded"),
      show.stdout.match(/^.{12}✓ (?!.*check )/gm)?.length
    ]).toEqual([3, true, 15])
  })

  it("keeps the sensitive file to its owner", () => {
    expect(statSync(join(cwd, ".sluice/sensitive.db")).mode & 0o777).toBe(0o600)
  })

  it("leaves tables that the analyst may read, and others that they may not", async () => {
    const count = await sluice(cwd, ["query", "select count(*) as users from users_raw", "--as", "analyst", "--json"])
    const refused = await sluice(cwd, ["query", "select * from sensitive_city_ids", "--as", "analyst"])
    const shown = await sluice(cwd, ["query", "select count(*) as n from sensitive_city_ids"])
    expect([count, [refused.code, refused.stdout], shown.code]).toEqual([
      { code: 0, stdout: '[\n{"users":30}\n]\n', stderr: "" },
      [2, ""],
      0
    ])
  })

  it("done again changes nothing but loaded_at", async () => {
    const rows = async () => {
      const tables = await Promise.all(
        ["users_raw", "subscriptions_raw", "messages_raw", "sensitive_city_ids", "sensitive_zipcode_ids"].map((table) =>
          sluice(cwd, ["query", `select * from ${table} order by 1, 2`, "--json"])
        )
      )
      return tables.map(({ stdout }) => stdout.replace(/"loaded_at":"[^"]*"/g, ""))
    }
    const before = await rows()
    expect((await sluice(cwd, ["materialize", "--all"])).code).toBe(0)
    expect(await rows()).toEqual(before)
  })

  it("of one asset says why each step is in it", async () => {
    const { stdout } = await sluice(cwd, ["plan", "users_without_messages"])
    const steady = stdout
      .replace(/\d{4}-\d\d-\d\d [\d:]{8}/g, "TIME")
      .replace(/ [\d.]+ m?s\b/g, " TIME")
      .replace(/ +loaded/g, "  loaded")
    expect(steady).toMatchInlineSnapshot(`
      "3 steps for users_without_messages
        1  messages_raw            load  loaded for users_without_messages, as of TIME
        2  users_raw               load  loaded for users_without_messages, as of TIME
        3  users_without_messages  materialize  TIME  selected
      about TIME in all
      "
    `)
  })
})

describe("settings", () => {
  it("are read from .env in the current directory, after the environment", async () => {
    const own = emptyDirectory()
    writeFileSync(join(own, ".env"), "DATABASE_URL=sqlite:mine\nSPARK_API_URL=http://127.0.0.1:1\n")
    const { stdout } = await sluice(own, ["validate"], { SPARK_API_URL: "http://127.0.0.1:2" })
    expect(stdout).toMatchInlineSnapshot(`
      "✓ 15 assets: no cycles, no duplicates, every upstream is there
      ✓ the configuration names the API at http://127.0.0.1:2 and the embedded store in mine
      "
    `)
  })

  it("that name an API which is down fail the run after some tries, and the tables stay as they were", async () => {
    const { code, stderr } = await sluice(cwd, ["materialize", "messages_raw"], { SPARK_API_URL: "http://127.0.0.1:1" })
    const after = await sluice(cwd, ["query", "select count(*) as n from messages_raw", "--json"])
    expect([
      code,
      stderr.match(/⟳ api_messages/g)?.length,
      /– messages_raw +skipped: api_messages failed/.test(stderr)
    ]).toEqual([1, 3, true])
    expect([
      stderr
        .replaceAll(/\d{8}-\d{6}-\w{4}/g, "RUN")
        .trimEnd()
        .split("\n")
        .slice(-2),
      after.stdout
    ]).toEqual([["Next: pnpm assets retry RUN", "      pnpm assets runs show RUN"], '[\n{"n":120}\n]\n'])
  })
})
