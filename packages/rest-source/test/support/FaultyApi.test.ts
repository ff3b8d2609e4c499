import * as Http from "node:http"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FaultyApi from "./FaultyApi.ts"
import * as Reply from "./Reply.ts"

const rows = [{ id: "1" }, { id: "2" }, { id: "3" }]

it.scoped("each request gets the next reply of its path, and the last one goes on", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/users", Reply.status(503, { retryAfter: 2 }), Reply.json(rows))
    const answers = [
      yield* get(`${api.url}/users`),
      yield* get(`${api.url}/users?page=1`),
      yield* get(`${api.url}/users`),
      yield* get(`${api.url}/else`)
    ]
    expect(answers).toStrictEqual([
      'status 503 {"error":"status 503"}',
      `status 200 ${JSON.stringify(rows)}`,
      `status 200 ${JSON.stringify(rows)}`,
      'status 404 {"error":"status 404"}'
    ])
    expect(yield* api.urls()).toStrictEqual(["/users", "/users?page=1", "/users", "/else"])
    expect(yield* api.urls("/else")).toStrictEqual(["/else"])
    yield* api.awaitRequests(4)
  })
)

it.scoped("a broken answer is broken in the way that its name says", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const answer = (reply: Reply.Reply) => Effect.zipRight(api.on("/x", reply), get(`${api.url}/x?page=2&limit=2`))
    expect({
      resetBeforeHeaders: yield* answer(Reply.resetBeforeHeaders),
      resetMidBody: yield* answer(Reply.resetMidBody(rows)),
      shortBody: yield* answer(Reply.shortBody(rows)),
      truncatedJson: yield* answer(Reply.truncatedJson(rows)),
      slowLoris: yield* answer(Reply.slowLoris([1], 1)),
      empty: yield* answer(Reply.empty),
      bom: yield* answer(Reply.bom([])),
      nested: yield* answer(Reply.nested(3)),
      pages: yield* answer(Reply.pages(rows)),
      overlap: yield* answer(Reply.pages(rows, { overlap: 1 })),
      pagingIgnored: yield* answer(Reply.pagingIgnored([1])),
      redirectLoop: yield* answer(Reply.redirectLoop),
      oversized: (yield* answer(Reply.oversized(1_000_000))).length
    }).toStrictEqual({
      resetBeforeHeaders: "ECONNRESET",
      resetMidBody: "ECONNRESET",
      shortBody: "ECONNRESET",
      truncatedJson: 'status 200 [{"id":"1"},{"id"',
      slowLoris: "status 200 [1]",
      empty: "status 200 ",
      bom: "status 200 \uFEFF[]",
      nested: "status 200 [[[]]]",
      pages: 'status 200 [{"id":"3"}]',
      overlap: 'status 200 [{"id":"2"},{"id":"3"}]',
      pagingIgnored: "status 200 [1]",
      redirectLoop: "status 302 ",
      oversized: 1_000_002 + "status 200 ".length
    })
  })
)

it.scoped("a body is compressed well, badly, half, or far beyond its size, and typed as it says", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const answer = (reply: Reply.Reply) =>
      Effect.zipRight(
        api.on("/x", reply),
        Effect.promise(async () => {
          const response = await fetch(`${api.url}/x`)
          const text = await response.text().catch(() => "not readable")
          return [response.headers.get("content-type"), text.trim()]
        })
      )
    expect({
      gzip: yield* answer(Reply.gzip(rows)),
      badGzip: yield* answer(Reply.badGzip),
      truncatedGzip: yield* answer(Reply.truncatedGzip(rows)),
      gzipBomb: yield* answer(Reply.gzipBomb(100_000)),
      html: yield* answer(Reply.html),
      textPlain: yield* answer(Reply.textPlain(rows)),
      badUtf8: yield* answer(Reply.badUtf8)
    }).toStrictEqual({
      gzip: ["application/json", JSON.stringify(rows)],
      badGzip: ["application/json", "not readable"],
      truncatedGzip: ["application/json", '[{"id":"1'],
      gzipBomb: ["application/json", "[]"],
      html: ["text/html", "<!doctype html><title>Please log in</title>"],
      textPlain: ["text/plain; charset=utf-8", JSON.stringify(rows)],
      badUtf8: ["application/json", '[{"id":"\uFFFD\uFFFD"}]']
    })
  })
)

it.live("the server knows that a client stopped reading", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/users", Reply.oversized(1_000_000_000))
      yield* Effect.async<void>((resume) => {
        const request = Http.get(`${api.url}/users`, { agent: false }, (response) => {
          response.once("data", () => {
            response.destroy()
            resume(Effect.void)
          })
        })
        request.on("error", () => undefined)
      })
      expect(yield* api.bytesSent).toBeLessThan(100_000_000)
    })
  )
)

it.live("stalled requests do not keep the server from closing", () =>
  Effect.gen(function* () {
    const hanging = yield* Effect.scoped(
      Effect.gen(function* () {
        const api = yield* FaultyApi.make
        yield* api.on("/before", Reply.stall)
        yield* api.on("/mid", Reply.stallMidBody(rows))
        const before = yield* Effect.fork(get(`${api.url}/before`))
        const mid = yield* Effect.fork(get(`${api.url}/mid`))
        yield* api.awaitRequests(2)
        return [before, mid]
      })
    )
    expect(yield* Effect.all(hanging)).toStrictEqual(["ECONNRESET", "ECONNRESET"])
  })
)

it.live("nothing listens at the refused URL", () =>
  Effect.gen(function* () {
    expect(yield* get(yield* FaultyApi.refusedUrl)).toStrictEqual("ECONNREFUSED")
  })
)

/** The status and body of an answer, or the code of the client's error. */
const get = (url: string): Effect.Effect<string> =>
  Effect.async((resume) => {
    const failed = (error: Error) => resume(Effect.succeed("code" in error ? String(error.code) : "no code"))
    const request = Http.get(url, { agent: false }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", failed)
      response.on("end", () =>
        resume(Effect.succeed(`status ${response.statusCode} ${Buffer.concat(chunks).toString("utf8")}`))
      )
    })
    request.on("error", failed)
  })
