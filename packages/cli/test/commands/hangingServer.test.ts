import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, it } from "vitest"
import { type Flavour, flavours, isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
import * as databases from "../../../warehouse/test/mysql/databases.ts"
import { emptyDirectory, type Finished, type Running, start } from "../support.ts"

/** An API of messages that serves one page and keeps the next one back until it is told. */
const haltingApi = async () => {
  const waiting: Array<() => void> = []
  let reached = () => {}
  const halted = new Promise<void>((resolve) => {
    reached = resolve
  })
  const size = 60_000
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost")
    const [page = 1, limit = 1] = ["page", "limit"].map((name) => Number(searchParams.get(name)))
    const first = (page - 1) * limit
    const rows = Array.from(
      { length: pathname === "/messages" ? Math.max(0, Math.min(limit, size - first)) : 0 },
      (_, n) => ({
        id: `m${first + n}`,
        createdAt: "2024-03-01T09:30:00.000Z",
        message: "hello",
        receiverId: "1",
        senderId: "2"
      })
    )
    const answer = () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows))
    if (pathname !== "/messages" || first < size / 2) return void answer()
    waiting.push(answer)
    reached()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    halted,
    goOn: () => waiting.splice(0).forEach((answer) => void answer()),
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

const run = Effect.runPromise

/** A database of a test's own, and what runs the pipeline on it. */
const pipeline = async (port: number) => {
  const database = databases.on(port)
  await run(databases.provision(database))
  const { database: name, password, user } = database.url
  const url = `mysql://${user}:${encodeURIComponent(Redacted.value(password))}@127.0.0.1:${port}/${name}`
  const api = await haltingApi()
  const env = { SPARK_API_URL: api.url, DATABASE_URL: url }
  const materialize = (args: ReadonlyArray<string> = [], more: Readonly<Record<string, string>> = {}) =>
    start(emptyDirectory(), ["materialize", "messages_raw", ...args], { ...env, ...more })
  const tables = async () => {
    const listed = await run(
      databases.as(database.url, "SHOW TABLES LIKE 'messages\\_raw%'", "SELECT COUNT(*) FROM messages_raw")
    )
    const [[count] = []] = listed
    return Number(count)
  }
  return { api, materialize, tables }
}

/** How a process ended, and whether that took less than some seconds from now on. */
const within = async (seconds: number, finished: Promise<Finished>) => {
  const asked = performance.now()
  const { code, stderr } = await finished
  return { code, stderr, isQuick: performance.now() - asked < seconds * 1_000 }
}

/** Waits until runs have loaded what their APIs serve at first; fails if a run ends before that. */
const loading = async (runs: ReadonlyArray<Running>, apis: ReadonlyArray<{ readonly halted: Promise<void> }>) => {
  const early = Promise.race(runs.map(({ finished }) => finished)).then(({ stderr }) => {
    throw new Error(`one ended before the server was frozen: ${stderr}`)
  })
  early.catch(() => {})
  await Promise.race([Promise.all(apis.map(({ halted }) => halted)), early])
}

const hangs = async (flavour: Flavour) => {
  const server = await startOwn(flavour)
  const all = await Promise.all([1, 2, 3].map(() => pipeline(server.port)))
  try {
    const [stopped, limited, patient] = all
    if (stopped === undefined || limited === undefined || patient === undefined) throw new Error("three were made")
    const one = stopped.materialize()
    const three = patient.materialize([], { SLUICE_SILENT_CONNECTION: "2" })
    await loading([one, three], [stopped.api, patient.api])
    // It begins last and alone, so that its time is not over before the server hangs.
    const two = limited.materialize(["--timeout", "12s"])
    await loading([one, two, three], [limited.api])
    await server.freeze()
    for (const { api } of all) api.goOn()
    one.signal("SIGINT")
    const [interrupted, tooLate] = await Promise.all([within(60, one.finished), within(60, two.finished)])
    await server.thaw()
    const again = stopped.materialize()
    await stopped.api.halted
    const goingOn = setInterval(() => {
      for (const { api } of all) api.goOn()
    }, 100)
    const [mended, retried] = await Promise.all([again.finished, three.finished])
    clearInterval(goingOn)
    return { interrupted, tooLate, mended, retried, rows: [await stopped.tables(), await patient.tables()] }
  } finally {
    for (const { api } of all) api.close()
    await server.thaw()
    await server.stop()
  }
}

describe.concurrent("while a server hangs", () => {
  for (const flavour of flavours) {
    // Regression: one Ctrl-C had not ended a run after 540 s, and --timeout 10s not after 120 s.
    it.skipIf(!isAvailable(flavour))(
      `${flavour}: Ctrl-C and --timeout end a run, a silent connection is given up, and the next run puts all right`,
      async ({ expect }) => {
        const { interrupted, mended, retried, rows, tooLate } = await hangs(flavour)
        const says = "The next run closes this one as crashed, and removes what it left half done."
        expect([interrupted.code, interrupted.isQuick, interrupted.stderr.includes(says)]).toEqual([130, true, true])
        expect([tooLate.code, tooLate.isQuick, tooLate.stderr.includes(says)]).toEqual([1, true, true])
        expect(tooLate.stderr).toContain("The run took longer than its timeout of 12s")
        expect([mended.code, /Closed run \S+ as crashed/.test(mended.stderr)]).toEqual([0, true])
        expect([retried.code, /again in/.test(retried.stderr), rows]).toEqual([0, true, [60_000, 60_000]])
      },
      180_000
    )
  }
})
