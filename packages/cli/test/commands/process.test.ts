import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { currentTarget } from "../../loader/libsqlTarget.mjs"
import { emptyDirectory, script, silentApi, sluice, start } from "../support.ts"

const cwd = emptyDirectory()

describe("interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "once by %s, a run is recorded as canceled and the process ends with 130",
    async (signal) => {
      const own = emptyDirectory()
      const run = start(own, ["materialize", "--all"], { SPARK_API_URL: await silentApi() })
      await run.says("▸ api_users")
      run.signal(signal)
      const { code, stderr } = await run.finished
      const runs = await sluice(own, ["runs", "list"])
      expect([code, stderr.includes("15 canceled"), runs.stdout.includes("canceled")]).toEqual([130, true, true])
      expect(stderr).toContain("Stopping: what is running rolls back. Once more exits at once.")
      // Regression: in a file, what was canceled was listed as it happened, and at once again in the summary.
      expect(stderr.match(/^– users_raw .*canceled$/gm)).toHaveLength(1)
    }
  )

  it.each([undefined, "[", '[{"id":"1"},'].flatMap((beginning) => [[beginning, 0] as const, [beginning, 2] as const]))(
    "while a server does not go on after %j, read by %i threads, it ends within two seconds, and leaves nothing behind",
    async (beginning, threads) => {
      const settings = { SPARK_API_URL: await silentApi(beginning), SLUICE_READING_THREADS: String(threads) }
      const begun = performance.now()
      const run = start(emptyDirectory(), ["materialize", "--all"], settings)
      await run.says("▸ api_users")
      const asked = performance.now()
      run.signal("SIGINT")
      const { code } = await run.finished
      // On a busy machine it may take longer by as long as it took to begin.
      expect([code, performance.now() - asked < 2_000 + asked - begun]).toEqual([130, true])
    }
  )

  it("twice, it ends at once, whatever it waits for", async () => {
    const sockets = createServer(() => {})
    await new Promise<void>((resolve) => sockets.listen(0, "127.0.0.1", resolve))
    afterAll(() => sockets.close())
    const address = sockets.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const connected = new Promise((resolve) => sockets.once("connection", resolve))
    const begun = performance.now()
    const run = start(cwd, ["materialize", "--all"], { DATABASE_URL: `mysql://user:secret@127.0.0.1:${port}/dwh` })
    await connected
    run.signal("SIGINT")
    await run.says("Stopping")
    const asked = performance.now()
    const again = setInterval(() => run.signal("SIGINT"), 100)
    const { code } = await run.finished
    clearInterval(again)
    expect([code, performance.now() - asked < 2_000 + asked - begun]).toEqual([130, true])
  })

  it("a query that would never end stops at its limit, and at the first signal", async () => {
    const own = emptyDirectory()
    expect((await sluice(own, ["materialize", "messages_raw"])).code).toBe(0)
    const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    const limited = await sluice(own, ["query", endless, "--as", "analyst", "--timeout", "500ms"])
    expect([limited.code, limited.stdout]).toEqual([1, ""])
    expect(limited.stderr).toContain("it was stopped after 500ms")
    expect((await sluice(own, ["query", endless], { SLUICE_QUERY_TIMEOUT: "1" })).stderr).toContain("stopped after 1s")
    const run = start(own, ["query", endless])
    const again = setInterval(() => run.signal("SIGINT"), 500)
    const { code } = await run.finished
    clearInterval(again)
    expect(code).toBe(130)
  })

  // Regression: before the command line had loaded, which takes a fifth of a second, a signal ended it without a word.
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "by %s before its code is loaded, it says so and ends with 130",
    async (signal) => {
      const hook = join(emptyDirectory(), "hook.cjs")
      writeFileSync(
        hook,
        `const Module = require("module"), load = Module._load
       Module._load = function (id) {
         if (id === "node:vm") process.kill(process.pid, "${signal}")
         return load.apply(this, arguments)
       }`
      )
      const { code, stderr } = await sluice(emptyDirectory(), ["materialize", "--all"], {}, ["--require", hook])
      expect([code, stderr.match(/^Stopping\b/m)?.[0], /succeeded/.test(stderr)]).toEqual([130, "Stopping", false])
    }
  )

  // Regression: its run was recorded as succeeded, and the process ended with 130.
  it("when its run is concluded, it ends as the run did, and shows the whole summary", async () => {
    const hook = join(emptyDirectory(), "hook.cjs")
    writeFileSync(
      hook,
      `const write = process.stderr.write
       process.stderr.write = function (text) {
         if (/^[0-9]+ (succeeded|failed) /m.test(text)) process.kill(process.pid, "SIGINT")
         return write.apply(this, arguments)
       }`
    )
    const own = emptyDirectory()
    const { code, stderr } = await sluice(own, ["materialize", "--all"], {}, ["--require", hook])
    const last = stderr.slice(stderr.indexOf("succeeded ·"))
    const failing = { SPARK_API_URL: "http://127.0.0.1:1" }
    const failed = await sluice(own, ["materialize", "messages_raw"], failing, ["--require", hook])
    expect([code, last.includes("Next: pnpm assets query"), failed.code]).toEqual([0, true, 1])
  })

  it("while it serves the sample API, it ends promptly although a client stays connected", async () => {
    const server = start(cwd, ["sample-api", "--users", "10", "--messages", "20"])
    const url = (await server.says("Serving 10 users")).trim()
    const users: unknown = await (await fetch(`${url}/users`)).json()
    server.signal("SIGINT")
    const { code, stderr, stdout } = await server.finished
    expect([code, stdout, Array.isArray(users) && users.length]).toEqual([130, `${url}\n`, 10])
    // Regression: it spoke of rolling back, where nothing runs.
    expect(stderr.split("\n").slice(1)).toEqual([
      "Stopping: the sample API is served no longer. Once more exits at once.",
      ""
    ])
  })
})

describe("a process", () => {
  it("that lists assets loads no network code, no ciphers or compression, and no driver but the binary of a store that is there", async () => {
    const hook = join(cwd, "hook.cjs")
    writeFileSync(
      hook,
      `const Module = require("module"), load = Module._load, seen = new Set()
       Module._load = function (id) { seen.add(id); return load.apply(this, arguments) }
       process.on("exit", () => process.stderr.write([...seen].join("\\n")))`
    )
    const heavy = /libsql|mysql|https?2?$|undici|^(node:)?(net|tls|dns|crypto|zlib|readline)$/
    const loaded = async (directory: string, args: ReadonlyArray<string>) => {
      const { stderr } = await sluice(directory, args, {}, ["--require", hook])
      return stderr.split("\n").filter((id) => heavy.test(id))
    }
    await sluice(cwd, ["list"])
    for (const args of [["list"], ["graph"], ["validate"], ["--help"]]) expect(await loaded(cwd, args)).toEqual([])
    const store = emptyDirectory()
    expect((await sluice(store, ["materialize", "messages_raw"])).code).toBe(0)
    expect(await loaded(store, ["list"])).toEqual([expect.stringContaining(`/@libsql/${currentTarget()}/`)])
  })

  it("that lists assets goes on without a store that does not answer, and says so", async () => {
    const sockets = createServer(() => {})
    await new Promise<void>((resolve) => sockets.listen(0, "127.0.0.1", resolve))
    afterAll(() => sockets.close())
    const address = sockets.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const names = (stdout: string) => stdout.match(/^ {2}\w+/gm)
    const { stdout: all } = await sluice(cwd, ["list"])
    for (const [database, why] of [
      [`mysql://user:canary@127.0.0.1:${port}/dwh`, "The store did not answer within 600ms"],
      // A machine that is busy may take longer to be refused than the list waits.
      ["mysql://user:canary@127.0.0.1:1/dwh", /ECONNREFUSED|did not answer within 600ms/],
      ["canary", "DATABASE_URL is not a URL"]
    ] as const) {
      const { code, stderr, stdout } = await sluice(cwd, ["list"], { DATABASE_URL: database })
      const lines = stderr.trimEnd().split("\n")
      expect([code, names(stdout), lines.length, new RegExp(why).test(stderr), stderr.includes("canary")]).toEqual([
        0,
        names(all),
        1,
        true,
        false
      ])
    }
  })

  it("starts from any directory, four at once", async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => sluice(emptyDirectory(), ["graph", "--format", "json"])))
    const [first] = all
    expect(all).toEqual(all.map(() => first))
    expect(JSON.parse(first?.stdout ?? "").assets.length).toBe(15)
  })

  it("whose reader goes away ends quietly", () => {
    const { stdout, stderr } = spawnSync("sh", ["-c", '"$0" "$1" graph --format json | head -1', process.execPath, script], {
      encoding: "utf8"
    })
    expect([stdout, stderr]).toEqual(["{\n", ""])
  })

  // Regression: the error of a write was dropped, and Node itself drops what a short write has left over.
  it("whose output does not fit onto a disk says so and ends with 1", async () => {
    const own = emptyDirectory()
    await sluice(own, ["materialize", "--all"])
    const full = 'exec "$@" > /dev/full'
    const nearlyFull = 'trap "" XFSZ; ulimit -f 8; exec "$@" > out'
    const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select i from n"
    const cases = [
      [nearlyFull, "graph", "--format", "json"],
      [nearlyFull, "query", numbers, "--json"],
      [full, "query", numbers],
      [full, "materialize", "--all", "--json"],
      [full, "--help"],
      [full, "--completions", "sh"],
      [full, "sample-api"]
    ]
    const ends = cases.map(([into = "", ...args]) => {
      const { status, stderr } = spawnSync("sh", ["-c", into, "sh", process.execPath, script, ...args], {
        cwd: own,
        encoding: "utf8"
      })
      return [args, status, /Standard output could not be written \((ENOSPC|EFBIG)\), so it is incomplete/.test(stderr)]
    })
    expect(ends).toEqual(cases.map(([, ...args]) => [args, 1, true]))
  })

  // Regression: it advised to check the owner and permissions of the store.
  it.each([24, 28, 32])("that may open %i files says that they are too few, and which limit to raise", async (limit) => {
    await sluice(cwd, ["graph"])
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `ulimit -n ${limit}; exec "$@"`, "sh", process.execPath, script, "materialize", "--all"],
      { cwd: emptyDirectory(), encoding: "utf8" }
    )
    const why = "this process may open no more files (EMFILE). Raise its limit (`ulimit -n 256`), then run it again."
    expect([status === 0, stderr.includes(why), /owner|permission/.test(stderr)]).toEqual([false, true, false])
  })

  it("puts no colour into a file", async () => {
    const { stdout } = await sluice(cwd, ["list"])
    expect(stdout.includes("\u001b")).toBe(false)
  })
})
