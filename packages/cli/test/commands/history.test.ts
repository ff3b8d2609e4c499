import { RunEvent } from "@sluice/core/run/RunEvent"
import * as Schema from "effect/Schema"
import { beforeAll, describe, expect, it } from "vitest"
import { behind, emptyDirectory, sluice, testApi } from "../support.ts"

const cwd = emptyDirectory()
const api = await testApi()
const env = { SPARK_API_URL: api.url }

beforeAll(async () => {
  for (const [i, tag] of ["first=1", "second=2"].entries()) {
    api.messages = [...api.messages, { ...api.messages[0], id: `more-${i}` }]
    expect((await sluice(cwd, ["materialize", "--all", "--tag", tag], env)).code).toBe(0)
  }
}, 60_000)

describe("check", () => {
  it("asks every check of what is published, materializes nothing, and exits with 0 where none that blocks failed", async () => {
    const loaded = () => behind(cwd, "SELECT COUNT(DISTINCT loaded_at), MAX(loaded_at) FROM messages_raw")
    const before = await loaded()
    const { code, stdout } = await sluice(cwd, ["check"], env)
    const runs = await sluice(cwd, ["runs", "list"])
    expect([code, /users_raw +row_count +error, blocks +✓ passed +30 rows/.test(stdout)]).toEqual([0, true])
    expect(runs.stdout.split("\n").length).toBe(5)
    expect(await loaded()).toEqual(before)
  })

  it("of a selection asks only that, and its events are the machine's output", async () => {
    const { code, stderr, stdout } = await sluice(cwd, ["check", "users_raw", "--json"], env)
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => Schema.decodeUnknownSync(RunEvent)(JSON.parse(line)))
    const checked = events.flatMap((event) => (event._tag === "CheckEvaluated" ? [event.asset] : []))
    expect([code, new Set(checked), /1 succeeded · \d+ checks passed/.test(stderr)]).toEqual([
      0,
      new Set(["users_raw"]),
      true
    ])
  })

  it("of what has no check says so", async () => {
    expect(await sluice(cwd, ["check", "api_users"], env)).toEqual({
      code: 0,
      stdout: "",
      stderr: "None of the selected assets has a check.\n"
    })
  })

  it("says which one fails, and exits with 1 for an error, though it would not block a publish", async () => {
    const own = emptyDirectory()
    expect((await sluice(own, ["materialize", "messages_raw"], env)).code).toBe(0)
    await behind(own, "ALTER TABLE messages_raw ADD COLUMN sneaked TEXT")
    const { code, stdout } = await sluice(own, ["check", "messages_raw"], env)
    expect([code, /messages_raw +declared +error +✗ failed/.test(stdout)]).toEqual([1, true])
  })
})

describe("asset", () => {
  it("has definition, columns, lineage, standing, materializations with their trend, and checks", async () => {
    const { code, stdout } = await sluice(cwd, ["asset", "messages_raw"], env)
    const sections = stdout.match(/^\w.*$/gm)
    expect([code, sections]).toEqual([
      0,
      ["messages_raw", "Who wrote to whom, and when; never what", "Columns", "Materializations", "Checks"]
    ])
    expect(stdout).toMatch(/ {2}made from {2}api_messages\n/)
    expect(stdout).toMatch(/ {2}status +fresh\n/)
    expect(stdout).toMatch(/ {2}trend +▁█/)
    expect(stdout).toMatch(/ {2}row_count +error, blocks +✓ passed +[-\d]+ [:\d]+ +122 rows/)
  })

  it("is one object with --json, newest materialization first", async () => {
    const { stdout } = await sluice(cwd, ["asset", "messages_raw", "--json", "--limit", "2"], env)
    const { materializations, standing, upstreams } = JSON.parse(stdout)
    expect([
      materializations.map(({ metadata }: { metadata: { rows: number } }) => metadata.rows),
      standing,
      upstreams
    ]).toEqual([[122, 121], { _tag: "Fresh" }, ["api_messages"]])
  })

  it("that was never materialized has a definition all the same", async () => {
    const { code, stdout } = await sluice(emptyDirectory(), ["asset", "users_raw"])
    expect([code, /status +never/.test(stdout), /Materializations/.test(stdout)]).toEqual([0, true, false])
  })
})

describe("runs logs", () => {
  it("has a line with its time for every event, from the run's start to its end", async () => {
    const { stdout } = await sluice(cwd, ["runs", "logs"])
    const lines = stdout.trimEnd().split("\n")
    expect(lines.every((line) => /^20\d\d-\d\d-\d\dT[\d:.]{12}Z {2}\S/.test(line))).toBe(true)
    expect([lines.at(0), lines.at(-1)]).toEqual([
      expect.stringMatching(/run \S+ started by process \d+ on \S+: users_raw$/),
      expect.stringMatching(/run \S+ succeeded after /)
    ])
  })

  it("is what was recorded, with --json", async () => {
    const { stdout } = await sluice(cwd, ["runs", "logs", "--json"])
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => Schema.decodeUnknownSync(RunEvent)(JSON.parse(line)))
    expect([events.at(0)?._tag, events.at(-1)?._tag]).toEqual(["RunStarted", "RunConcluded"])
  })
})

describe("for programs", () => {
  const parsed = async (args: ReadonlyArray<string>) => JSON.parse((await sluice(cwd, args, env)).stdout)

  it("list has each asset with how it stands", async () => {
    const { assets, total, unknown } = await parsed(["list", "messages_raw", "api_users", "--json"])
    expect([assets.map(({ name, standing }: Record<string, unknown>) => [name, standing]), total, unknown]).toEqual([
      [
        ["api_users", { _tag: "Ephemeral" }],
        ["messages_raw", { _tag: "Fresh" }]
      ],
      15,
      null
    ])
  })

  it("list says why it cannot be told how assets stand", async () => {
    const { stdout } = await sluice(cwd, ["list", "users_raw", "--json"], { DATABASE_URL: "canary" })
    const { assets, unknown } = JSON.parse(stdout)
    expect([assets[0].standing, /^The status of the assets is unknown\. DATABASE_URL is not a URL/.test(unknown)]).toEqual([
      null,
      true
    ])
  })

  it("runs list and runs show tell the same of a run", async () => {
    const { runs } = await parsed(["runs", "list", "--json", "--limit", "2"])
    const { steps, ...head } = await parsed(["runs", "show", runs[1].runId, "--json"])
    const { heartbeatAt: _, owner, ...listed } = runs[1]
    expect([runs.length, head, typeof owner.pid, Array.isArray(steps)]).toEqual([2, listed, "number", true])
  })

  it("validate tells what the configuration names, or every problem, with its exit code", async () => {
    const wrong = await sluice(cwd, ["validate", "--json"], { SLUICE_PAGE_SIZE: "canary" })
    expect([await parsed(["validate", "--json"]), wrong.code, JSON.parse(wrong.stdout)]).toEqual([
      {
        valid: true,
        assets: 15,
        source: `the API at ${api.url}`,
        store: "the embedded store in .sluice",
        problems: []
      },
      2,
      {
        valid: false,
        assets: null,
        source: null,
        store: null,
        problems: ["SLUICE_PAGE_SIZE is not a whole number from 1 to 100000."]
      }
    ])
  })
})

// Regression: a selection by state that matched nothing did not say what had been asked.
it("a selection that asks history and matches nothing says what it asked, and why nothing is there", async () => {
  const [never, none] = await Promise.all([
    sluice(emptyDirectory(), ["list", "state:failed"]),
    sluice(cwd, ["plan", "state:failed"], env)
  ])
  const head = "✗ No asset matches state:failed. Give --allow-empty if that is fine.\n  It reads"
  expect([never, none]).toEqual([
    { code: 2, stdout: "", stderr: `${head} the run history, which has no run yet: every stored asset is state:never.\n` },
    {
      code: 2,
      stdout: "",
      stderr: `${head} each asset's state and last step from the run history. \`pnpm assets list\` shows the state of all assets.\n`
    }
  ])
})

describe("runs prune", () => {
  it("as the settings say forgets nothing yet; with --keep all but the newest, and what assets are made of stays known", async () => {
    const nothing = await sluice(cwd, ["runs", "prune"])
    const younger = await sluice(cwd, ["runs", "prune", "--older-than", "1h"])
    const some = await sluice(cwd, ["runs", "prune", "--keep", "1"])
    const left = await sluice(cwd, ["runs", "list"])
    const list = await sluice(cwd, ["list"])
    expect([nothing, younger].map(({ stdout }) => stdout)).toEqual(new Array(2).fill("✓ No run is old enough to delete.\n"))
    expect([some.stdout.replace(/\d+ events/, "N events"), left.stdout.trimEnd().split("\n").length]).toEqual([
      "✓ Deleted 3 runs with N events; the last materialization of each asset is kept.\n",
      2
    ])
    expect(list.stdout.match(/ fresh /g)?.length).toBe(13)
  })

  it("happens quietly at the end of a run, as the settings say", async () => {
    const settings = { ...env, SLUICE_KEEP_RUNS: "1", SLUICE_KEEP_DAYS: "0" }
    expect((await sluice(cwd, ["materialize", "messages_per_day"], settings)).code).toBe(0)
    const { stdout } = await sluice(cwd, ["runs", "list"])
    expect(stdout.trimEnd().split("\n").length).toBe(2)
  })
})

describe("plan and list", () => {
  it("tell what each step took before and from when what is loaded is, as JSON too", async () => {
    const { stdout } = await sluice(cwd, ["plan", "users_without_messages", "--json"])
    const { expectedMillis, steps } = JSON.parse(stdout)
    const told = steps.map((step: Record<string, unknown>) => [step["asset"], step["action"], typeof step["materializedAt"]])
    expect([expectedMillis > 0, told]).toEqual([
      true,
      [
        ["messages_raw", "load", "string"],
        ["users_raw", "load", "string"],
        ["users_without_messages", "materialize", "string"]
      ]
    ])
  })

  it("of a selection show only that: words, --select and --exclude together", async () => {
    const { stdout } = await sluice(cwd, ["list", "users_raw+", "--select", "group:source", "--exclude", "kind:view"])
    expect(stdout.match(/^ {2}\w+/gm)).toEqual(["  api_users", "  api_messages", "  users_raw"])
    const plan = await sluice(cwd, ["plan", "--all", "--exclude", "kind:view", "--exclude", "group:sensitive"])
    expect(plan.stdout.split("\n")[0]).toMatch(/^\d+ steps for --all --exclude 'kind:view or group:sensitive'$/)
  })
})

describe("on a narrow terminal", () => {
  // Regression: at 60 columns the tables ran over the edge.
  it.each([
    ["plan", "--all"],
    ["plan", "--changed"],
    ["check"],
    ["runs", "list"],
    ["runs", "show"],
    ["asset", "messages_raw"],
    ["list"],
    ["retry", "--help"]
  ])("%s %s fits", async (...args) => {
    const lines = await Promise.all(
      ["60", "80"].map(async (COLUMNS) => {
        const { stdout } = await sluice(
          cwd,
          args.filter((word) => word !== undefined),
          { ...env, COLUMNS }
        )
        return stdout.split("\n").filter((line) => line.length > Number(COLUMNS))
      })
    )
    expect(lines).toEqual([[], []])
  })
})
