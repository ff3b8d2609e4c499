import { it } from "@effect/vitest"
import type { Options } from "@sluice/rest-source/RestSource"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as FaultyApi from "../../../rest-source/test/support/FaultyApi.ts"
import * as Reply from "../../../rest-source/test/support/Reply.ts"
import { answer, decoded, invalid, messagesAt, rows, same, secret, told, unreachable } from "../support/reading.ts"
import { message } from "../support/sources.ts"

it.scoped("statuses that can pass are worth another try; the others name the setting to look at", () =>
  Effect.gen(function* () {
    const statuses = [500, 502, 503, 504, 429, 401, 403, 404, 400, 422, 418, 204, 206, 304]
    const answers = yield* Effect.all(statuses.map((status) => answer(Reply.status(status))))
    const passing = "This can pass by itself; if it does not, ask those who run the API."
    const pageSize =
      "If the API allows fewer rows at a time, set a smaller SLUICE_PAGE_SIZE. Otherwise check SPARK_API_URL and what the API expects."
    const advice: Record<number, string> = {
      400: pageSize,
      422: pageSize,
      401: "Check SPARK_API_TOKEN.",
      403: "Check SPARK_API_TOKEN.",
      404: "Check SPARK_API_URL: there is no such list.",
      418: "Check SPARK_API_URL and what the API expects.",
      204: "It sent nothing, although the whole list was asked for. Ask those who run the API.",
      206: "It sent a part of the list, although the whole list was asked for. Ask those who run the API.",
      304: "It says that nothing has changed, though nothing was known. Ask those who run the API, or a cache before it."
    }
    same(
      answers,
      statuses.map((status) =>
        Either.left({
          tag: "SourceRejected",
          message: `GET API/messages answered ${status}. ${advice[status] ?? passing}`,
          retryable: advice[status] === undefined
        })
      )
    )
  })
)

it.scoped("Retry-After is handed on, as seconds or as a date", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const asked = (retryAfter: number | string) =>
      Effect.gen(function* () {
        yield* api.on("/messages", Reply.status(429, { retryAfter }))
        const result = yield* messagesAt(api.url)
        return Either.isLeft(result) && result.left._tag === "SourceRejected" ? result.left.retryAfterMillis : "no"
      })
    // Between the two, the server's own clock has moved on by a second at most.
    const inHalfAMinute = yield* asked(new Date(Date.now() + 30_000).toUTCString())
    same([yield* asked(7), yield* asked("later")], [7_000, undefined])
    same([29_000, 30_000].includes(Number(inHalfAMinute)), true)
  })
)

it.scoped("a connection that is refused, reset or cut is worth another try, and nothing of it is kept", () =>
  Effect.gen(function* () {
    const url = yield* FaultyApi.refusedUrl
    same(Either.mapLeft(yield* messagesAt(url), told(url)), unreachable("the connection was refused (ECONNREFUSED)"))
    same(
      [
        yield* answer(Reply.resetBeforeHeaders),
        yield* answer(Reply.resetMidBody(rows)),
        yield* answer(Reply.shortBody(rows))
      ],
      [
        unreachable("the connection was lost (LOST)"),
        unreachable("the connection was lost (LOST)"),
        unreachable("the connection was lost (LOST)")
      ]
    )
  })
)

const envelope =
  'is an object, and a list of rows is expected; rows within an object, such as {"data": [...], "next": ...}, need `PagingStyle.cursors`'

it.scoped("an answer that is not a list of rows is never no rows", () =>
  Effect.gen(function* () {
    const odd: ReadonlyArray<readonly [Reply.Reply, ReturnType<typeof invalid>]> = [
      [Reply.empty, invalid("is empty")],
      [Reply.body("  \n"), invalid("is empty")],
      [Reply.json(null), invalid("is null, not a list of rows")],
      [Reply.json({ data: [secret], next: secret }), invalid(envelope)],
      [Reply.json(secret), invalid("is a string, not a list of rows")],
      [Reply.json(7), invalid("is a number, not a list of rows")],
      [Reply.html, invalid("is text/html, not JSON")],
      [Reply.body("[]", { headers: { "content-type": `${secret} ${secret}` } }), invalid("is of another type, not JSON")],
      // Regression: an unknown, well-formed type was printed.
      [Reply.body("[]", { headers: { "content-type": `text/${secret}` } }), invalid("is of another type, not JSON")],
      [Reply.truncatedJson(rows), invalid("is not JSON, or only the beginning of it", true)],
      [Reply.badUtf8, invalid("is not UTF-8")],
      [Reply.zstd, invalid("is compressed in a way that was not asked for")],
      [Reply.badGzip, invalid("is compressed in a way that cannot be unpacked (Z_DATA_ERROR)")]
    ]
    same(
      yield* Effect.all(odd.map(([reply]) => answer(reply))),
      odd.map(([, expected]) => expected)
    )
  })
)

it.scoped("a byte order mark, compression, text/plain and no type at all are accepted", () =>
  Effect.gen(function* () {
    const untyped: Reply.Reply = ({ response }) => void response.end(JSON.stringify(rows))
    const vendor = Reply.body(JSON.stringify(rows), {
      headers: { "content-type": "application/vnd.api+json; charset=utf-8" }
    })
    const replies = [Reply.bom(rows), Reply.gzip(rows), Reply.brotli(rows), Reply.textPlain(rows), untyped, vendor]
    same(
      yield* Effect.all(replies.map((reply) => answer(reply))),
      replies.map(() => Either.right(decoded))
    )
  })
)

it.scoped("rows within an object are refused by name, however many they are", () =>
  Effect.map(answer(Reply.json({ data: [secret.repeat(10_000)] }), { maxRowBytes: 1_000 }), (result) =>
    same(result, invalid(envelope))
  )
)

it.scoped("a bare NaN is told by the ordinal of its row, in whatever slice it is", () =>
  Effect.gen(function* () {
    const texts = JSON.stringify([{ text: 'a NaN, "[quoted]"', list: [1, 2] }, { text: "" }])
    const many = Array.from({ length: 3_000 }, (_, i) => message({ id: String(i) }))
    const bare = (rows: ReadonlyArray<unknown>, ending: string) => Reply.body(JSON.stringify(rows).replace(/\]$/, ending))
    const why = (row: number, name: string) =>
      `is not JSON: its row ${row}, counted from 0, holds a bare ${name}, which JSON does not have`
    same(
      [
        yield* answer(Reply.body(texts.replace(/\]$/, ',{"income":NaN}]'))),
        yield* answer(bare(many, ',{"income":[-Infinity]},{}]'), { pageSize: 5_000 })
      ],
      [invalid(why(2, "NaN")), invalid(why(3_000, "-Infinity"))]
    )
  })
)

it.scoped("an empty list is no rows", () => Effect.map(answer(Reply.json([])), (result) => same(result, Either.right([]))))

it.scoped("half of a compressed answer is no answer", () =>
  Effect.map(answer(Reply.truncatedGzip(rows)), (result) => {
    same(Either.isLeft(result) && result.left.retryable, true)
  })
)

it.scoped("an answer over the limit is not read on, announced, endless or compressed", () =>
  Effect.gen(function* () {
    const megabyte = 1_048_576
    const size = 64 * megabyte
    const tooLarge = Either.left({
      tag: "SourceTooLarge",
      message: `GET API/messages answered more than ${megabyte} bytes at once, and reading was stopped. Make SLUICE_PAGE_SIZE smaller if the API pages, or raise SLUICE_MAX_ANSWER_MIB.`,
      retryable: false
    })
    const api = yield* FaultyApi.make
    const sent: Array<boolean> = []
    const replies = [Reply.oversized(size), Reply.oversized(size, { announced: true }), Reply.gzipBomb(size)]
    const results: Array<unknown> = []
    for (const reply of replies) {
      yield* api.on("/messages", reply)
      results.push(Either.mapLeft(yield* messagesAt(api.url, { maxBytes: megabyte }), told(api.url)))
      sent.push((yield* api.bytesSent) < size / 2)
    }
    same(results, [tooLarge, tooLarge, tooLarge])
    same(sent, [true, true, true])
  })
)

// Regression: a whole network part was unpacked before its size was checked, so 3 KB became 4 GB in memory.
it.scoped("what would be unpacked to gigabytes from a few bytes is given up, whatever an answer may have", () =>
  Effect.map(answer(Reply.brotliBomb(160 * 1_048_576), { maxBytes: 2 ** 40, maxRowBytes: 2 ** 40 }), (result) =>
    same(result, invalid("is compressed in a way that cannot be unpacked (ERR_BUFFER_TOO_LARGE)"))
  )
)

it.scoped("a row over the limit is not read on, in an answer of any size", () =>
  Effect.map(answer(Reply.oversized(64 * 1_048_576), { maxRowBytes: 1_048_576 }), (result) =>
    same(
      result,
      Either.left({
        tag: "SourceTooLarge",
        message:
          "GET API/messages sent a row of more than 1048576 bytes, and reading was stopped. Nothing was loaded. Ask those who run the API what that row is.",
        retryable: false
      })
    )
  )
)

it.scoped("a connection that is lost before the answer is asked for once more, and no more", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", Reply.resetBeforeHeaders, Reply.json(rows))
    same(yield* messagesAt(api.url, { pageSize: 1 }), Either.right(decoded))
    yield* api.on("/messages", Reply.resetBeforeHeaders)
    yield* messagesAt(api.url)
    same((yield* api.requests()).length, 5)
  })
)

it.scoped("deep nesting is a bad row, and no crash", () =>
  Effect.map(answer(Reply.nested(200_000)), (result) => same(result, Either.right([])))
)

const stalled = (reply: Reply.Reply, wait: "1 minute" | "10 minutes", options: Partial<Options>) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", reply)
    const reading = yield* Effect.fork(messagesAt(api.url, options))
    yield* api.awaitRequests(1)
    yield* TestClock.adjust(wait)
    return Either.mapLeft(yield* Fiber.join(reading), told(api.url))
  })

it.scoped("silence ends a request, before the answer or within it", () =>
  Effect.gen(function* () {
    const silent = Either.left({
      tag: "SourceTimedOut",
      message:
        "GET API/messages sent nothing for 1m. Check that the API is well; a smaller SLUICE_PAGE_SIZE asks less of it.",
      retryable: true
    })
    const options = { idle: "1 minute", total: "1 hour" } as const
    same(
      [yield* stalled(Reply.stall, "1 minute", options), yield* stalled(Reply.stallMidBody(rows), "1 minute", options)],
      [silent, silent]
    )
  })
)

it.scoped("an answer that trickles in is given up at the deadline", () =>
  Effect.map(stalled(Reply.slowLoris(rows), "10 minutes", { idle: "1 hour", total: "10 minutes" }), (result) =>
    same(
      result,
      Either.left({
        tag: "SourceTimedOut",
        message: "GET API/messages was not done after 10m. A smaller SLUICE_PAGE_SIZE makes each answer shorter.",
        retryable: true
      })
    )
  )
)

it.live("silence within an answer ends it in real time too", () =>
  Effect.scoped(
    Effect.map(answer(Reply.stallMidBody(rows), { idle: "50 millis" }), (result) =>
      same(Either.isLeft(result) && result.left.tag, "SourceTimedOut")
    )
  )
)
