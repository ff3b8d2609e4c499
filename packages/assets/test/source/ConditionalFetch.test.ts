import { it } from "@effect/vitest"
import type { Entry, Known } from "@sluice/rest-source/source/Manifest"
import { SourceRejected } from "@sluice/rest-source/source/SourceError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FaultyApi from "../../../rest-source/test/support/FaultyApi.ts"
import * as Reply from "../../../rest-source/test/support/Reply.ts"
import { SparkApi } from "../../src/SparkApi.ts"
import { rows, same, sparkApiAt } from "../support/reading.ts"
import { message } from "../support/sources.ts"

const before = "Thu, 01 Jan 1970 00:00:00 GMT"

/** Reads all messages of a server, two per page, and returns its manifest. Then reads its changes. */
const readTwice = (first: Reply.Reply, then: Reply.Reply, pageSize = 2) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", first)
    const read = Effect.flatMap(SparkApi, ({ messages }) => Stream.runCollect(messages.pages))
    const pages = yield* Effect.provide(read, sparkApiAt(api.url, { pageSize: 2, fetchAhead: 0 }))
    const manifest = Chunk.toReadonlyArray(pages).flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
    yield* api.on("/messages", then)
    const already = (yield* api.requests()).length
    const look = Effect.flatMap(SparkApi, ({ messages }) => Stream.runCollect(messages.since(manifest.map(known))))
    const seen = yield* Effect.either(Effect.provide(look, sparkApiAt(api.url, { pageSize, fetchAhead: 2 })))
    const told = (entry: Entry) => ({ ...entry, url: entry.url.replace(api.url, "") })
    return {
      manifest: manifest.map(told),
      seen:
        seen._tag === "Left"
          ? seen.left
          : Chunk.toReadonlyArray(seen.right).map(({ answer, changed }) => [
              answer.page,
              answer.size,
              changed?.rows.map(({ id }) => id)
            ]),
      asked: (yield* api.requests()).length - already
    }
  })

/** The remembered form of an answer, without a store. */
const known = ({ url, ...entry }: Entry): Known => ({ ...entry, isFor: (asked) => asked.href === url })

const tagged = (version: (page: number) => string, all: ReadonlyArray<unknown> = rows) =>
  Reply.validated(all, (page) => ({ etag: version(page) }))
/** Pages that were read and have no rows. */
const nothingOn = (...pages: ReadonlyArray<number>) => pages.map((page) => [page, 0, []])
const messages = (...ids: ReadonlyArray<string>) => ids.map((id) => message({ id }))

it.scoped("a reading tells what each of its answers is known by; of the same answers nothing is read again", () =>
  Effect.gen(function* () {
    const weak = tagged((page) => `W/"v${page}"`)
    same(yield* readTwice(weak, weak), {
      manifest: [
        { url: "/messages?page=1&limit=2", page: 1, size: 2, validators: { etag: 'W/"v1"' } },
        { url: "/messages?page=2&limit=2", page: 2, size: 1, validators: { etag: 'W/"v2"' } },
        { url: "/messages?page=3&limit=2", page: 3, size: 0, validators: { etag: 'W/"v3"' } },
        { url: "/messages?page=4&limit=2", page: 4, size: 0, validators: { etag: 'W/"v4"' } }
      ],
      seen: [
        [1, 2, undefined],
        [2, 1, undefined],
        [3, 0, undefined],
        [4, 0, undefined]
      ],
      asked: 4
    })
  })
)

// A list's Last-Modified is that of its newest row. A deletion did not change it, and the deleted row stayed.
it.scoped("a page is not taken for the same by its Last-Modified", () =>
  Effect.gen(function* () {
    const dated = (all: ReadonlyArray<unknown>) => Reply.validated(all, () => ({ "last-modified": before }))
    const { manifest, seen } = yield* readTwice(dated(rows), dated(rows.slice(1)))
    same(
      [manifest[0]?.validators, seen],
      [
        {},
        [
          [1, 2, ["11", "12"]],
          [2, 0, []],
          [3, 0, []]
        ]
      ]
    )
  })
)

it.scoped("a page that may be another one is read, and so is one that nothing is known by", () =>
  Effect.gen(function* () {
    const same1 = tagged((page) => `"${page}"`)
    const second = tagged((page) => (page === 2 ? '"new"' : `"${page}"`), messages("10", "11", "13"))
    const malformed = Reply.validated(rows, () => ({ etag: "no quotes" }))
    const all = [[1, 2, ["10", "11"]], [2, 1, ["12"]], ...nothingOn(3, 4)]
    same((yield* readTwice(same1, second)).seen, [
      [1, 2, undefined],
      [2, 1, ["13"]],
      [3, 0, undefined],
      [4, 0, undefined]
    ])
    same((yield* readTwice(Reply.pages(rows), same1)).seen, all)
    same((yield* readTwice(malformed, malformed)).seen, all)
  })
)

it.scoped("the end moves with the rows, to two pages without any", () =>
  Effect.gen(function* () {
    const versioned = (...ids: ReadonlyArray<string>) => {
      const all = messages(...ids)
      return tagged((page) => `"${ids.slice(page * 2 - 2, page * 2).join("-")}"`, all)
    }
    const four = versioned("1", "2", "3", "4")
    same((yield* readTwice(four, versioned("1", "2", "3", "4", "5"))).seen, [
      [1, 2, undefined],
      [2, 2, undefined],
      [3, 1, ["5"]],
      [4, 0, undefined],
      [5, 0, []]
    ])
    same((yield* readTwice(versioned("1", "2", "3"), versioned("1", "2", "3", "4"))).seen, [
      [1, 2, undefined],
      [2, 2, ["3", "4"]],
      [3, 0, undefined],
      [4, 0, undefined]
    ])
    same((yield* readTwice(four, versioned("1", "2", "3"))).seen, [
      [1, 2, undefined],
      [2, 1, ["3"]],
      [3, 0, undefined],
      [4, 0, undefined]
    ])
    same((yield* readTwice(four, versioned())).seen, nothingOn(1, 2))
  })
)

it.scoped("other requests, an answer longer than a page, a refused page 1 and repeated pages tell nothing", () =>
  Effect.gen(function* () {
    const known = tagged((page) => `"${page}"`)
    const other = tagged((page) => `"${page + 10}"`)
    const everything = Reply.json([...rows, ...rows])
    const outcomes = [
      yield* readTwice(known, known, 3),
      yield* readTwice(everything, everything),
      yield* readTwice(Reply.json(rows.slice(0, 1)), Reply.json(rows.slice(0, 1))),
      yield* readTwice(known, everything),
      yield* readTwice(known, Reply.status(404))
    ]
    same(
      outcomes.map(({ seen }) => seen),
      new Array(5).fill("NotComparable")
    )
    same((yield* readTwice(known, other)).asked, 4)
  })
)

/** Pages of messages with these ids, with tags that depend on their rows. Hidden rows are left out of their page. */
const hiding = (ids: ReadonlyArray<string>, hidden: ReadonlyArray<string>, beyond: Reply.Reply = Reply.json([])) => {
  const shown = (page: number) => ids.slice(page * 2 - 2, page * 2).filter((id) => !hidden.includes(id))
  const reply: Reply.Reply = (exchange) => {
    const page = Number(exchange.url.searchParams.get("page"))
    const etag = `"${page}-${shown(page).join("-")}"`
    if (page * 2 - 2 >= ids.length) return beyond(exchange)
    if (exchange.request.headers["if-none-match"] === etag) return void exchange.response.writeHead(304, { etag }).end()
    Reply.body(JSON.stringify(messages(...shown(page))), { headers: { etag } })(exchange)
  }
  return reply
}

// If a server hides rows after limiting them, a page becomes short. It was taken for the last one.
it.scoped("pages behind one that became short, or empty, are looked at again", () =>
  Effect.gen(function* () {
    const ids = ["1", "2", "3", "4", "5", "6"]
    const all = hiding(ids, [])
    same((yield* readTwice(all, hiding(ids, ["3"]))).seen, [
      [1, 2, undefined],
      [2, 1, ["4"]],
      [3, 2, undefined],
      ...nothingOn(4, 5)
    ])
    same((yield* readTwice(all, hiding(ids, ["3", "4"]))).seen, [
      [1, 2, undefined],
      [2, 0, []],
      [3, 2, undefined],
      ...nothingOn(4, 5)
    ])
  })
)

it.scoped("the end of a server that refuses the pages behind it is known again; a page that it loses is not the end", () =>
  Effect.gen(function* () {
    const ids = ["1", "2", "3", "4"]
    const refusing = (...hidden: ReadonlyArray<string>) => hiding(ids, hidden, Reply.status(404))
    const losing: Reply.Reply = (exchange) =>
      (exchange.url.searchParams.get("page") === "1" ? refusing() : Reply.status(404))(exchange)
    const found = yield* readTwice(refusing(), refusing("3"))
    same(
      [found.manifest.length, found.seen],
      [
        2,
        [
          [1, 2, undefined],
          [2, 1, ["4"]]
        ]
      ]
    )
    const lost = hiding([...ids, "5", "6"], [], Reply.status(404))
    const withoutTheSecond: Reply.Reply = (exchange) =>
      (exchange.url.searchParams.get("page") === "2" ? Reply.status(404) : lost)(exchange)
    same((yield* readTwice(lost, withoutTheSecond)).seen, "NotComparable")
    same((yield* readTwice(lost, losing)).seen, [[1, 2, undefined]])
  })
)

it.scoped("an API that tells of more rows than its pages have is not comparable", () =>
  Effect.gen(function* () {
    const telling = (total: number) =>
      Reply.validated(rows, (page) => ({ etag: `"${page}-${total}"`, "x-total-count": `${total}` }))
    const found = [yield* readTwice(telling(3), telling(3)), yield* readTwice(telling(3), telling(4))]
    same(
      found.map(({ seen }) => seen === "NotComparable"),
      [false, true]
    )
  })
)

it.scoped("an API that fails is no answer", () =>
  Effect.gen(function* () {
    const { seen } = yield* readTwice(
      tagged((page) => `"${page}"`),
      Reply.status(503)
    )
    same(seen instanceof SourceRejected && [seen.status, seen.retryable], [503, true])
  })
)

// Regression: an answer without a body counted as not read to its end, and its connection was closed.
it.scoped("pages that are the same are asked for over connections that are used again", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on(
      "/messages",
      tagged((page) => `"${page}"`)
    )
    const entries = Array.from({ length: 3 }, (_, at): Entry => {
      const page = at + 1
      return { page, url: `${api.url}/messages?page=${page}&limit=1`, size: 1, validators: { etag: `"${page}"` } }
    })
    const look = Effect.flatMap(SparkApi, ({ messages }) => Stream.runCount(messages.since(entries.map(known))))
    const seen = yield* Effect.provide(look, sparkApiAt(api.url, { pageSize: 1, fetchAhead: 1 }))
    same([seen, (yield* api.requests()).length, yield* api.connections], [5, 5, 1])
  })
)
