import * as Http from "node:http"
import * as Net from "node:net"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { bundledMessages } from "../../src/sample/bundledMessages.ts"
import { bundledUsers } from "../../src/sample/bundledUsers.ts"
import * as SampleApi from "../../src/sample/SampleApi.ts"

const generated = { users: 12_000, messages: 500, seed: 9 }

describe("the bundled dataset over HTTP", () => {
  it.scoped("is served whole, and by pages that add up to it", () =>
    Effect.gen(function* () {
      const url = yield* start()
      const pages = yield* Effect.forEach([1, 2, 3, 4], (page) => get(`${url}/users?page=${page}&limit=11`))
      expect((yield* get(`${url}/users`)).json).toStrictEqual(bundledUsers)
      expect((yield* get(`${url}/messages`)).json).toStrictEqual(bundledMessages)
      expect(pages.map((page) => page.json)).toStrictEqual([
        bundledUsers.slice(0, 11),
        bundledUsers.slice(11, 22),
        bundledUsers.slice(22),
        []
      ])
      expect((yield* get(`${url}/messages?limit=2`)).json).toStrictEqual(bundledMessages.slice(0, 2))
      expect((yield* get(`${url}/messages?page=1`)).json).toStrictEqual(bundledMessages)
      expect((yield* get(`${url}/users?sort=id`)).json).toStrictEqual(bundledUsers)
    })
  )

  it.scoped("is sent as JSON of a known length", () =>
    Effect.gen(function* () {
      const url = yield* start()
      const { headers, text } = yield* get(`${url}/users?page=1&limit=5`)
      expect([headers.get("content-type"), headers.get("content-length")]).toStrictEqual([
        "application/json",
        String(Buffer.byteLength(text))
      ])
    })
  )

  it.scoped("has an entity tag by which an answer that is known is not sent again", () =>
    Effect.gen(function* () {
      const asked = (url: string, tag?: string) =>
        Effect.promise(async () => {
          const response = await fetch(url, tag === undefined ? {} : { headers: { "if-none-match": tag } })
          return [response.status, (await response.text()).length > 2, response.headers.get("etag")] as const
        })
      for (const url of [yield* start(), yield* start({ generated })]) {
        const [, , tag] = yield* asked(`${url}/users?page=1&limit=5`)
        const other = yield* asked(`${url}/messages?page=1&limit=5`, tag ?? "")
        expect([
          yield* asked(`${url}/users?page=1&limit=5`, `"x", W/${tag}`),
          yield* asked(`${url}/users?page=1&limit=5`, "*"),
          yield* asked(`${url}/users?page=1&limit=5`, '"x"')
        ]).toStrictEqual([
          [304, false, tag],
          [304, false, tag],
          [200, true, tag]
        ])
        expect([other[0], other[2] !== tag, tag !== null]).toStrictEqual([200, true, true])
      }
    })
  )

  it.scoped("is counted by /health, and nothing else is there", () =>
    Effect.gen(function* () {
      const url = yield* start()
      const answers = yield* Effect.forEach(["/health", "/", "/users/1", "//"], (path) => get(url + path))
      const post = yield* Effect.promise(() => fetch(`${url}/users`, { method: "POST" }))
      const notFound = [404, "application/json", { error: "There is no such path. Try /users, /messages or /health." }]
      expect(answers.map(({ headers, json, status }) => [status, headers.get("content-type"), json])).toStrictEqual([
        [200, "application/json", { status: "ok", users: 30, messages: 120 }],
        notFound,
        notFound,
        notFound
      ])
      expect([post.status, post.headers.get("allow"), yield* Effect.promise(() => post.json())]).toStrictEqual([
        405,
        "GET, HEAD",
        { error: "Only GET is answered here." }
      ])
    })
  )

  it.scoped("is not paged by a page or limit that is none", () =>
    Effect.gen(function* () {
      const url = yield* start()
      const bad = {
        "page=0": "page must be one whole number, from 1 on.",
        "page=-1&limit=5": "page must be one whole number, from 1 on.",
        "page=1.5": "page must be one whole number, from 1 on.",
        "page=": "page must be one whole number, from 1 on.",
        "page=1&page=2": "page must be one whole number, from 1 on.",
        "page=99999999999999999999": "page must be one whole number, from 1 on.",
        "limit=0": "limit must be one whole number from 1 to 100000.",
        "limit=100001": "limit must be one whole number from 1 to 100000.",
        "limit=ten": "limit must be one whole number from 1 to 100000."
      }
      const answers = yield* Effect.forEach(Object.keys(bad), (query) => get(`${url}/messages?${query}`))
      expect(answers.map(({ json, status }) => [status, json])).toStrictEqual(
        Object.values(bad).map((error) => [400, { error }])
      )
      expect((yield* get(`${url}/users?page=999999999&limit=100000`)).json).toStrictEqual([])
    })
  )

  it.scoped("is always whole when paging is off", () =>
    Effect.gen(function* () {
      const url = yield* start({ paging: false })
      expect((yield* get(`${url}/users?page=0&limit=1`)).json).toStrictEqual(bundledUsers)
    })
  )
})

describe("generated rows over HTTP", () => {
  it.scoped("are streamed whole, to the byte what the pages hold", () =>
    Effect.gen(function* () {
      const url = yield* start({ generated })
      const whole = yield* get(`${url}/users`)
      const pages = yield* Effect.forEach([1, 2, 3], (page) => get(`${url}/users?page=${page}&limit=5000`))
      const large = yield* get(`${url}/users?page=1&limit=7000`)
      const inner = (text: string) => text.slice(1, -1)
      expect(inner(whole.text)).toBe(pages.map(({ text }) => inner(text)).join(","))
      expect(whole.text.startsWith(inner(`[${inner(large.text)}]`), 1)).toBe(true)
      expect([whole.headers.get("content-length"), whole.headers.get("content-type"), whole.json.length]).toStrictEqual([
        null,
        "application/json",
        12_000
      ])
    })
  )

  it.scoped("are none when none are asked for", () =>
    Effect.gen(function* () {
      const url = yield* start({ generated: { users: 0, messages: 0, seed: 1 } })
      expect([(yield* get(`${url}/users`)).json, (yield* get(`${url}/messages?page=1`)).json]).toStrictEqual([[], []])
    })
  )
})

describe("the end of the server", () => {
  it.live("does not wait for idle, silent or unread connections", () =>
    Effect.gen(function* () {
      const agent = new Http.Agent({ keepAlive: true })
      const clients = Effect.gen(function* () {
        const url = yield* start({ generated: { users: 1_000_000, messages: 0, seed: 1 } })
        const silent = Net.connect(Number(new URL(url).port), "127.0.0.1")
        silent.on("error", () => undefined)
        yield* Effect.async<void>((resume) => {
          silent.on("connect", () => resume(Effect.void))
        })
        yield* Effect.async<void>((resume) => {
          Http.get(`${url}/health`, { agent }, (response) => {
            response.resume().on("end", () => resume(Effect.void))
          })
        })
        yield* Effect.async<void>((resume) => {
          const unread = Http.get(`${url}/users`, { agent: false }, (response) => {
            response.on("error", () => undefined)
            resume(Effect.void)
          })
          unread.on("error", () => undefined)
        })
        return silent
      })
      const silent = yield* Effect.timeout(Effect.scoped(clients), "3 seconds")
      silent.destroy()
      agent.destroy()
    })
  )

  it.live("comes when answers are slow, too", () =>
    Effect.gen(function* () {
      const hanging = Effect.gen(function* () {
        const url = yield* start({ latencyMillis: 60_000 })
        yield* Effect.async<void>((resume) => {
          const request = Http.get(`${url}/users`, { agent: false })
          request.on("error", () => undefined)
          request.on("finish", () => resume(Effect.void))
        })
      })
      yield* Effect.timeout(Effect.scoped(hanging), "3 seconds")
    })
  )
})

const start = (options: SampleApi.Options = {}) =>
  Effect.gen(function* () {
    const node = Http.createServer()
    const server = yield* NodeHttpServer.make(() => node, { host: "127.0.0.1", port: 0 })
    yield* SampleApi.closePromptly(node)
    return yield* Effect.provideService(SampleApi.serve(options), HttpServer.HttpServer, server)
  })

const get = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) }
  })
