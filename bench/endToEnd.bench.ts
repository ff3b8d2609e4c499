/**
 * A whole run of the pipeline into the embedded store, with the sample API in a process of its own; rows per second count
 * users, subscriptions and messages. The floor fetches the same pages and parses them, and does nothing with them.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { flag, inTurn, report } from "./harness.ts"

const users = flag("users", 20_000, 1_000)
const messages = flag("messages", 200_000, 5_000)
const runs = flag("runs", 5, 1)
const script = join(process.cwd(), "scripts", "assets.mjs")
const pageSize = 5_000

const startApi = (): Promise<{ readonly url: string; readonly process: ChildProcess }> =>
  new Promise((resolve, reject) => {
    const size = ["--users", String(users), "--messages", String(messages), "--seed", "1"]
    const child = spawn(process.execPath, [script, "sample-api", ...size], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      if (url !== undefined) resolve({ url, process: child })
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    child.on("exit", () => reject(new Error(`the sample API ended: ${output}`)))
  })

const fetchAndParse = async (url: string, path: string, total: number) => {
  for (let page = 1; (page - 1) * pageSize < total; page++) {
    JSON.parse(await (await fetch(`${url}/${path}?page=${page}&limit=${pageSize}`)).text())
  }
}

const api = await startApi()
const directory = mkdtempSync(join(tmpdir(), "sluice-bench-"))
let subscriptions = 0
try {
  const materialize = async () => {
    rmSync(join(directory, ".sluice"), { recursive: true, force: true })
    const env = { ...process.env, SPARK_API_URL: api.url, DATABASE_URL: "sqlite:.sluice" }
    const child = spawn(process.execPath, [script, "materialize", "--all"], {
      cwd: directory,
      env,
      stdio: ["ignore", "ignore", "pipe"]
    })
    let told = ""
    child.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString()
    })
    const [status] = await once(child, "close")
    if (status !== 0) throw new Error(`materialize ended with ${status}: ${told}`)
    subscriptions = Number(/subscriptions_raw +([\d,]+) rows/.exec(told)?.[1]?.replaceAll(",", "") ?? 0)
  }
  const floor = () => Promise.all([fetchAndParse(api.url, "users", users), fetchAndParse(api.url, "messages", messages)])
  const [whole = 0, parsing = 0] = await inTurn(runs, materialize, floor)
  const rows = users + subscriptions + messages
  report("endToEnd", `${users} users and ${messages} messages into the embedded store, medians of ${runs} runs in turn`, [
    {
      what: "materialize --all",
      unit: "s",
      value: whole / 1_000,
      floor: { what: "fetch and JSON.parse", value: parsing / 1_000 }
    },
    { what: "end to end", unit: "rows/s", value: rows / (whole / 1_000) }
  ])
} finally {
  api.process.kill()
  rmSync(directory, { recursive: true, force: true })
}
