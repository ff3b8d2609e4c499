import { expect, layer } from "@effect/vitest"
import type * as Message from "@sluice/assets/domain/Message"
import * as Endpoints from "@sluice/assets/endpoints"
import { SparkApi } from "@sluice/assets/SparkApi"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as SourceClient from "@sluice/cli/wiring/SourceClient"
import type * as HttpPage from "@sluice/rest-source/source/HttpPage"
import * as PageReader from "@sluice/rest-source/source/PageReader"
import type * as ReadingThreads from "@sluice/rest-source/threads/ReadingThreads"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as FaultyApi from "../../../rest-source/test/support/FaultyApi.ts"
import * as Reply from "../../../rest-source/test/support/Reply.ts"
import { decoded, messagesAt, rows, secret, sparkApiAt, told } from "../support/reading.ts"
import { message } from "../support/sources.ts"
import { Code } from "./ThreadCode.ts"

const good = Either.right(decoded)
/** An error, with a part of its message. */
const bad = (tag: string, message: string, retryable: boolean, retryAfterMillis?: number) =>
  Either.left({ tag, message, retryable, retryAfterMillis })
const many = Array.from({ length: 200 }, (_, i) => message({ id: String(i), message: secret.repeat(20) }))

type Options = NonNullable<Parameters<typeof messagesAt>[1]>

/** An API's replies, in order, and the outcome. */
const faults: Readonly<
  Record<
    string,
    {
      readonly replies: ReadonlyArray<Reply.Reply>
      readonly options?: Options
      readonly comes: typeof good | ReturnType<typeof bad>
    }
  >
> = {
  "a page and the same once more": { replies: [Reply.json(rows)], comes: good },
  "no such page": { replies: [Reply.status(404)], comes: bad("SourceRejected", "answered 404", false) },
  "a time to wait": {
    replies: [Reply.status(503, { retryAfter: 7 })],
    comes: bad("SourceRejected", "answered 503", true, 7_000)
  },
  "another place": { replies: [Reply.redirect("/elsewhere")], comes: good },
  "another host": {
    replies: [Reply.redirect("http://127.0.0.2:1/messages")],
    comes: bad("SourceAnswerInvalid", "sends to another host", false)
  },
  silence: {
    replies: [Reply.stall],
    options: { idle: "1 second" },
    comes: bad("SourceTimedOut", "sent nothing for 1s", true)
  },
  "silence within an answer": {
    replies: [Reply.stallMidBody(rows)],
    options: { idle: "1 second" },
    comes: bad("SourceTimedOut", "sent nothing for 1s", true)
  },
  "a byte at a time": {
    replies: [Reply.slowLoris(rows)],
    options: { total: "1 second" },
    comes: bad("SourceTimedOut", "was not done after 1s", true)
  },
  "half an answer": { replies: [Reply.shortBody(rows)], comes: bad("SourceUnreachable", "the connection was lost", true) },
  "a reset within an answer": {
    replies: [Reply.resetMidBody(rows)],
    comes: bad("SourceUnreachable", "the connection was lost", true)
  },
  "half of a list": { replies: [Reply.truncatedJson(rows)], comes: bad("SourceAnswerInvalid", "is not JSON", true) },
  "no list": { replies: [Reply.json({ error: secret })], comes: bad("SourceAnswerInvalid", "is an object", false) },
  "another type": { replies: [Reply.html], comes: bad("SourceAnswerInvalid", "is text/html, not JSON", false) },
  gzip: { replies: [Reply.gzip(rows)], comes: good },
  "bad gzip": { replies: [Reply.badGzip], comes: bad("SourceAnswerInvalid", "(Z_DATA_ERROR)", false) },
  "too much of it": {
    replies: [Reply.json(many)],
    options: { maxBytes: 20_000 },
    comes: bad("SourceTooLarge", "more than 20000 bytes at once", false)
  },
  "too long a row": {
    replies: [Reply.json([message({ message: secret.repeat(40_000) })])],
    options: { maxRowBytes: 1_000 },
    comes: bad("SourceTooLarge", "a row of more than 1000 bytes", false)
  },
  "a lost connection, once": { replies: [Reply.resetBeforeHeaders, Reply.json(rows)], comes: good },
  "a lost connection, again and again": {
    replies: [Reply.resetBeforeHeaders],
    comes: bad("SourceUnreachable", "the connection was lost", true)
  },
  // The connection is kept after page 1, and closed when page 2 is requested.
  "a lost connection that was kept": {
    replies: [Reply.json(rows), Reply.resetBeforeHeaders, Reply.json([])],
    options: { pageSize: 3, fetchAhead: 1 },
    comes: good
  }
}

/** The outcome of some replies, as people see it, and the requests. */
const outcomeOf = (replies: ReadonlyArray<Reply.Reply>, options: Options = {}) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const [first = Reply.stall, ...others] = replies
    yield* api.on("/messages", first, ...others)
    yield* api.on("/elsewhere", Reply.json(rows))
    const result = yield* messagesAt(api.url, { token: Redacted.make("t0ken"), ...options })
    // Two pages may be requested at once.
    const asked = (yield* api.requests())
      .map(({ headers, url }) => [url, headers.authorization, headers["accept-encoding"]])
      .sort()
    const outcome = Either.mapLeft(result, (error) => ({
      ...told(api.url)(error),
      retryAfterMillis: error._tag === "SourceRejected" ? error.retryAfterMillis : undefined
    }))
    return { outcome, asked }
  })

const ways: Readonly<Record<string, Layer.Layer<never, never, Code>>> = {
  "in place": Layer.empty,
  "in threads": Code.threads()
}

layer(Code.layer, { excludeTestServices: true })("answers that are fetched", (it) => {
  for (const [what, { comes, options, replies }] of Object.entries(faults)) {
    it.scoped(`are the same in place and in threads: ${what}`, () =>
      Effect.gen(function* () {
        const here = yield* outcomeOf(replies, options)
        const there = yield* Effect.provide(outcomeOf(replies, options), Code.threads())
        const words = Either.isLeft(comes) ? comes.left.message : ""
        const found = Either.mapLeft(here.outcome, (error) =>
          error.message.includes(words) ? { ...error, message: words } : error
        )
        expect([there, found]).toStrictEqual([here, comes])
      })
    )
  }

  for (const [name, way] of Object.entries(ways)) {
    it.scoped(`${name}, and are still the ones that are known, are not read`, () =>
      Effect.gen(function* () {
        const api = yield* FaultyApi.make
        yield* api.on(
          "/messages",
          Reply.validated(rows, () => ({ etag: '"7"' }))
        )
        const known = { url: `${api.url}/messages?page=1&limit=100`, page: 1, size: 3, validators: { etag: '"7"' } }
        const { url, ...page } = known
        const since = [{ ...page, isFor: (asked: URL) => asked.href === url }]
        const pages = yield* Effect.flatMap(SparkApi, (spark) => Stream.runCollect(spark.messages.since(since))).pipe(
          Effect.provide(sparkApiAt(api.url)),
          Effect.provide(way)
        )
        expect(Chunk.toReadonlyArray(pages)[0]).toStrictEqual({ answer: known, changed: undefined })
      })
    )

    it.scoped(`${name}, and nobody waits for any more, are given up`, () =>
      Effect.gen(function* () {
        const api = yield* FaultyApi.make
        const gone = yield* Deferred.make<void>()
        yield* api.on("/messages", ({ request }) => {
          request.socket.on("close", () => Deferred.unsafeDone(gone, Effect.void))
        })
        const reading = yield* Effect.fork(Effect.provide(messagesAt(api.url), way))
        yield* api.awaitRequests(1)
        yield* Fiber.interrupt(reading)
        yield* Deferred.await(gone)
      })
    )

    it.scoped(`${name}, and not asked for, stay with the server but for a few parts`, () =>
      Effect.gen(function* () {
        const api = yield* FaultyApi.make
        yield* api.on("/messages", endless)
        const { next } = yield* PageReader.open(new URL(`${api.url}/messages`), plainly)
        const { isLast, chunks } = yield* next
        let sent = 0
        for (let before = -1; sent !== before && sent < most; ) {
          before = sent
          // Long enough for some megabytes: a client that reads on would take all of them.
          yield* Effect.sleep("100 millis")
          sent = yield* api.bytesSent
        }
        expect([isLast, chunks.length > 0, sent < most]).toStrictEqual([false, true, true])
      }).pipe(Effect.provide(SourceClient.layer(Proxies.none)), Effect.provide(way))
    )
  }

  const ending = (options: Partial<ReadingThreads.Options>) =>
    outcomeOf([Reply.json(rows)]).pipe(Effect.provide(Code.threads(options)))

  it.scoped("in threads that end are lost, for a reason that quotes nothing", () =>
    Effect.gen(function* () {
      const { outcome } = yield* ending({ file: (yield* Code).dying })
      const words =
        "The thread that read GET API/messages ended (RangeError), and nothing was loaded. If it does so again, set SLUICE_READING_THREADS=0, which reads without threads."
      expect(outcome).toStrictEqual(bad("SourceReaderEnded", words, true))
    })
  )

  it.scoped("where the system gives no thread are fetched in place", () =>
    Effect.map(ending({ file: "relative.cjs" }), ({ outcome }) => expect(outcome).toStrictEqual(good))
  )

  it.scoped("before some bytes have been read are fetched in place, and those after them in threads", () =>
    Effect.gen(function* () {
      const { dying } = yield* Code
      // Page 1 has fewer bytes than are read in place; with page 2 there are more.
      const options = { file: dying, bytesInPlace: 2 * JSON.stringify(rows).length }
      const api = yield* FaultyApi.make
      yield* api.on("/messages", Reply.pages([...rows, ...rows.map((row) => ({ ...row, id: `2${row.id}` })), ...rows]))
      const result = yield* Effect.provide(messagesAt(api.url, { pageSize: 3, fetchAhead: 1 }), Code.threads(options))
      expect([Either.mapLeft(result, ({ _tag }) => _tag), (yield* api.urls()).length]).toStrictEqual([
        Either.left("SourceReaderEnded"),
        2
      ])
    })
  )
})

const plainly: HttpPage.Options<Message.Message> = {
  ...{ endpoint: Endpoints.messages, rowsOfChunk: 100, token: undefined, maxBytes: 2 ** 40, maxRowBytes: 2 ** 20 },
  ...{ idle: "30 seconds", total: "1 minute" }
}

/** More than a few parts and the system's buffers of a connection. */
const most = 24_000_000

/** Endless rows, as fast as the client reads them. */
const endless: Reply.Reply = ({ response }) => {
  const some = Buffer.from(`${many.map((row) => JSON.stringify(row)).join(",")},`)
  response.writeHead(200, { "content-type": "application/json" })
  response.write("[")
  const pump = () => {
    while (!response.destroyed) if (!response.write(some)) return void response.once("drain", pump)
  }
  pump()
}
