import { it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { SparkApi } from "../../src/SparkApi.ts"
import type { Entry, Known } from "../../src/source/Manifest.ts"
import { SourceRejected } from "../../src/source/SourceError.ts"
import * as FaultyApi from "../support/FaultyApi.ts"
import * as Reply from "../support/Reply.ts"
import { rows, same, sparkApiAt } from "../support/reading.ts"
import { message } from "../support/sources.ts"

const now = "Thu, 01 Jan 1970 01:00:00 GMT"
const before = "Thu, 01 Jan 1970 00:00:00 GMT"

/** Reads all messages of a server, two per page, and tells its manifest; then looks at its pages again. */
const readTwice = (first: Reply.Reply, then: Reply.Reply, pageSize = 2) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", first)
    const read = Effect.flatMap(SparkApi, ({ messages }) => Stream.runCollect(messages))
    const pages = yield* Effect.provide(read, sparkApiAt(api.url, { pageSize: 2, fetchAhead: 0 }))
    const manifest = Chunk.toReadonlyArray(pages).flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
    yield* api.on("/messages", then)
    const already = (yield* api.requests()).length
    const look = Effect.flatMap(SparkApi, ({ since }) => Stream.runCollect(since.messages(manifest.map(known))))
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

/** As it is known when nothing of the store is between. */
const known = ({ url, ...entry }: Entry): Known => ({ ...entry, isFor: (asked) => asked.href === url })

const tagged = (version: (page: number) => string, all: ReadonlyArray<unknown> = rows) =>
  Reply.validated(all, (page) => ({ etag: version(page) }))
const messages = (...ids: ReadonlyArray<string>) => ids.map((id) => message({ id }))

it.scoped("a reading tells what each of its answers is known by; of the same answers nothing is read again", () =>
  Effect.gen(function* () {
    const weak = tagged((page) => `W/"v${page}"`)
    same(yield* readTwice(weak, weak), {
      manifest: [
        { url: "/messages?page=1&limit=2", page: 1, size: 2, validators: { etag: 'W/"v1"' } },
        { url: "/messages?page=2&limit=2", page: 2, size: 1, validators: { etag: 'W/"v2"' } }
      ],
      seen: [
        [1, 2, undefined],
        [2, 1, undefined]
      ],
      asked: 2
    })
    const dated = Reply.validated(rows, () => ({ "last-modified": before, date: now }))
    const { manifest, seen } = yield* readTwice(dated, dated)
    same(
      [manifest[0]?.validators, seen],
      [
        { lastModified: before },
        [
          [1, 2, undefined],
          [2, 1, undefined]
        ]
      ]
    )
  })
)

it.scoped("a page that may be another one is read, and so is one that nothing is known by", () =>
  Effect.gen(function* () {
    const same1 = tagged((page) => `"${page}"`)
    const second = tagged((page) => (page === 2 ? '"new"' : '"1"'), messages("10", "11", "13"))
    const justNow = Reply.validated(rows, () => ({ "last-modified": now, date: now }))
    const malformed = Reply.validated(rows, () => ({ etag: "no quotes" }))
    const all = [
      [1, 2, ["10", "11"]],
      [2, 1, ["12"]]
    ]
    same((yield* readTwice(same1, second)).seen, [
      [1, 2, undefined],
      [2, 1, ["13"]]
    ])
    same((yield* readTwice(Reply.pages(rows), same1)).seen, all)
    same((yield* readTwice(justNow, justNow)).seen, all)
    same((yield* readTwice(malformed, malformed)).seen, all)
  })
)

it.scoped("the end moves with the rows: more pages are read, fewer are not asked for", () =>
  Effect.gen(function* () {
    const versioned = (...ids: ReadonlyArray<string>) => {
      const all = messages(...ids)
      return tagged((page) => `"${ids.slice(page * 2 - 2, page * 2).join("-")}"`, all)
    }
    const four = versioned("1", "2", "3", "4")
    same((yield* readTwice(four, versioned("1", "2", "3", "4", "5"))).seen, [
      [1, 2, undefined],
      [2, 2, undefined],
      [3, 1, ["5"]]
    ])
    same((yield* readTwice(versioned("1", "2", "3"), versioned("1", "2", "3", "4"))).seen, [
      [1, 2, undefined],
      [2, 2, ["3", "4"]],
      [3, 0, []]
    ])
    same((yield* readTwice(four, versioned("1", "2", "3"))).seen, [
      [1, 2, undefined],
      [2, 1, ["3"]]
    ])
    same((yield* readTwice(four, versioned())).seen, [[1, 0, []]])
  })
)

it.scoped(
  "other requests, an answer longer than a page, and ends that an API shows by refusing or repeating tell nothing",
  () =>
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
      same((yield* readTwice(known, other)).asked, 2)
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

// Regression: an answer without a body counted as one that nobody had read to its end, and its connection was given up.
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
    const look = Effect.flatMap(SparkApi, ({ since }) => Stream.runCount(since.messages(entries.map(known))))
    const seen = yield* Effect.provide(look, sparkApiAt(api.url, { pageSize: 1, fetchAhead: 1 }))
    same([seen, (yield* api.requests()).length, yield* api.connections], [4, 4, 1])
  })
)
