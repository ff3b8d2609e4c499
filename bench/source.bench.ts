/**
 * Reading the API: pages, and one large answer, from a server in its own process that has them ready in memory. Rows are
 * parsed, decoded and counted. The floor is `fetch` and `JSON.parse`, page by page or of the whole text.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import type { Message } from "@sluice/assets/domain/Message"
import * as Endpoints from "@sluice/assets/endpoints"
import * as Generate from "@sluice/assets/sample/generate"
import * as Rows from "@sluice/assets/sample/Rows"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as SourceClient from "@sluice/cli/wiring/SourceClient"
import type * as HttpPage from "@sluice/rest-source/source/HttpPage"
import * as JsonRows from "@sluice/rest-source/source/JsonRows"
import * as PageReader from "@sluice/rest-source/source/PageReader"
import * as Paging from "@sluice/rest-source/source/Paging"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { flag, inTurn, report } from "./harness.ts"

const messages = flag("messages", 500_000, 20_000)
const runs = flag("runs", 5, 1)
const latency = flag("latency", 20, 2)
const limit = 5_000
const numbered = { byNumber: true, urlOfNext: (next: string) => new URL(next) }

/** Serves `/pages` and `/whole`, either also under `/far`, where each answer waits for `latency` milliseconds. */
const serve = async () => {
  const rows = Generate.messages({ users: messages / 10, messages, seed: 1 })
  const pages: Array<Buffer> = []
  for (let at = 0; at < messages; at += limit) pages.push(Buffer.from(Rows.join(rows, at, at + limit)))
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://bench")
    const page = pages[Number(url.searchParams.get("page")) - 1] ?? ""
    const answer = async () => {
      response.writeHead(200, { "content-type": "application/json" })
      response.write("[")
      for (const [i, part] of (url.pathname.endsWith("whole") ? pages : [page]).entries()) {
        if (i > 0) response.write(",")
        if (!response.write(part)) await once(response, "drain")
      }
      response.end("]")
    }
    setTimeout(answer, url.pathname.startsWith("/far") ? latency : 0)
  })
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    process.send?.(typeof address === "object" ? address?.port : 0)
  })
  process.once("disconnect", () => process.exit(0))
}

const measure = async () => {
  const server = fork(fileURLToPath(import.meta.url), process.argv.slice(2), { env: { ...process.env, BENCH_SERVE: "1" } })
  const [port] = await once(server, "message")
  const base = `http://127.0.0.1:${port}`

  const options: HttpPage.Options<Message> = {
    ...{ endpoint: Endpoints.messages, rowsOfChunk: Paging.rowsOfChunk(limit), token: undefined },
    ...{ maxBytes: 2 ** 40, maxRowBytes: 2 ** 25, idle: Duration.minutes(1), total: Duration.hours(1) }
  }
  const read = (path: string, ahead: number) => async () => {
    const program = Effect.gen(function* () {
      const context = yield* Effect.context<Layer.Layer.Success<ReturnType<typeof SourceClient.layer>>>()
      const urlOf = (page: number) => new URL(`${base}/${path}?page=${page}&limit=${limit}`)
      const fetch = (url: URL) => Effect.provide(PageReader.open(url, options), context)
      const pages = Paging.pages({ endpoint: base, limit, maxPages: 1e6, ahead, ...numbered, urlOf, fetch })
      return yield* Stream.runFold(pages, 0, (sum, { chunk }) => sum + chunk.size)
    })
    expectAll(await Effect.runPromise(Effect.provide(program, SourceClient.layer(Proxies.none))))
  }
  const plainly = (path: string) => async () => {
    let count = 0
    for (let page = 1; count < messages; page++) {
      const response = await fetch(`${base}/${path}?page=${page}&limit=${limit}`)
      count += JSON.parse(await response.text()).length
    }
    expectAll(count)
  }
  const bytes = Buffer.from(await (await fetch(`${base}/whole`)).arrayBuffer())
  const parse = () => {
    const reader = JsonRows.make(2 ** 25)
    let count = 0
    const add = (rows: ReturnType<typeof reader.end>) => {
      count += Either.getOrThrow(rows).length
    }
    for (let at = 0; at < bytes.length; at += 65_536) add(reader.push(bytes.subarray(at, at + 65_536)))
    add(reader.end())
    expectAll(count)
  }
  const parseWhole = () => expectAll(JSON.parse(bytes.toString()).length)

  const tasks = [
    parse,
    parseWhole,
    read("pages", 4),
    plainly("pages"),
    read("far/pages", 4),
    read("far/pages", 0),
    plainly("far/pages"),
    read("whole", 4),
    plainly("whole")
  ]
  const [ours = 0, whole = 0, near = 0, nearFloor = 0, far = 0, farAlone = 0, farFloor = 0, one = 0, oneFloor = 0] =
    await inTurn(runs, ...tasks)
  server.disconnect()
  const floor = (what: string, value: number) => ({ what, value })
  report("source", `${messages.toLocaleString("en")} messages, ${Math.round(bytes.length / 1e6)} MB`, [
    { what: "rows of bytes in memory", unit: "ms", value: ours, floor: floor("JSON.parse of the whole", whole) },
    { what: "pages", unit: "ms", value: near, floor: floor("fetch and JSON.parse", nearFloor) },
    { what: `pages, ${latency} ms away`, unit: "ms", value: far, floor: floor("fetch and JSON.parse", farFloor) },
    { what: `the same, none ahead`, unit: "ms", value: farAlone, floor: floor("fetch and JSON.parse", farFloor) },
    { what: "one answer", unit: "ms", value: one, floor: floor("fetch and JSON.parse", oneFloor) }
  ])
}

const expectAll = (count: number) => {
  if (count !== messages) throw new Error(`${count} rows came, not ${messages}`)
}

await (process.env["BENCH_SERVE"] === "1" ? serve() : measure())
