import { expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { HttpPage } from "../../src/source/HttpPage.ts"
import * as Paging from "../../src/source/Paging.ts"
import * as RowChunk from "../../src/source/RowChunk.ts"
import { answerOf, anyRows, endpoint, numbered, paged, read, rejected, rowsOf, upTo } from "../support/paging.ts"

const inThree = [
  { rows: rowsOf(0, 1), firstOrdinal: 0 },
  { rows: rowsOf(2, 3), firstOrdinal: 2 },
  { rows: rowsOf(4), firstOrdinal: 4 }
]

it.effect("pages are read until two in a row bring nothing", () =>
  Effect.map(read(2, paged(upTo(5), 2)), (result) =>
    expect(result).toStrictEqual({ asked: [1, 2, 3, 4, 5], pages: inThree })
  )
)

// A server that hides rows after limiting them sends short and empty pages before others.
it.effect("rows behind a page that is short, or empty, are read", () =>
  Effect.gen(function* () {
    const hiding =
      (...hidden: ReadonlyArray<number>) =>
      (page: number) =>
        paged(upTo(9), 3)(page).filter((_, at) => !hidden.includes((page - 1) * 3 + at))
    const found = [yield* read(3, hiding(4)), yield* read(3, hiding(3, 4, 5), { ahead: 4 }), yield* read(3, hiding(0, 1, 2))]
    expect(found.map(({ pages }) => pages)).toStrictEqual([
      [
        { rows: rowsOf(0, 1, 2), firstOrdinal: 0 },
        { rows: rowsOf(3, 5), firstOrdinal: 3 },
        { rows: rowsOf(6, 7, 8), firstOrdinal: 5 }
      ],
      [
        { rows: rowsOf(0, 1, 2), firstOrdinal: 0 },
        { rows: rowsOf(6, 7, 8), firstOrdinal: 3 }
      ],
      [
        { rows: rowsOf(3, 4, 5), firstOrdinal: 0 },
        { rows: rowsOf(6, 7, 8), firstOrdinal: 3 }
      ]
    ])
  })
)

it.effect("an answer longer than a page is everything, if page 2 begins with the same rows", () =>
  Effect.map(
    read(2, () => upTo(5), { ahead: 4 }),
    (result) => expect(result).toStrictEqual({ asked: [1, 2], pages: [{ rows: upTo(5), firstOrdinal: 0 }] })
  )
)

it.effect("a server whose pages are longer than asked for is read to its end", () =>
  Effect.gen(function* () {
    const overlapping = (page: number) => upTo(9).slice((page - 1) * 2, page * 2 + 1)
    expect((yield* read(2, overlapping, { ahead: 4 })).pages).toStrictEqual([
      { rows: rowsOf(0, 1, 2), firstOrdinal: 0 },
      { rows: rowsOf(2, 3, 4), firstOrdinal: 3 },
      { rows: rowsOf(4, 5, 6), firstOrdinal: 6 },
      { rows: rowsOf(6, 7, 8), firstOrdinal: 9 },
      { rows: rowsOf(8), firstOrdinal: 12 }
    ])
    expect(yield* read(1, paged(upTo(5), 2), { ahead: 4 })).toStrictEqual({ asked: [1, 2, 3, 4, 5, 6, 7], pages: inThree })
  })
)

it.effect("a server that sends everything, with more rows or in another order each time, comes to an end", () =>
  Effect.gen(function* () {
    const count = 2_500
    const growing = (page: number) => rowsOf(...Array.from({ length: count + page }, (_, i) => count + page - i - 1))
    const shuffled = (page: number) => rowsOf(...Array.from({ length: count }, (_, i) => (i * 7 + page * 999) % count))
    const found = [yield* read(10, growing), yield* read(10, shuffled)]
    const distinct = found.map(({ asked, pages }) => [
      asked,
      typeof pages === "string" ? pages : new Set(pages.flatMap(({ rows }) => rows.map((row) => JSON.stringify(row)))).size
    ])
    expect(distinct).toStrictEqual([
      [[1, 2, 3], count + 3],
      [[1, 2, 3], count]
    ])
  })
)

it.effect("rows that are the same as page 2 are everything, if they are fewer than asked for", () =>
  Effect.gen(function* () {
    const once = { asked: [1, 2, 3], pages: [{ rows: upTo(5), firstOrdinal: 0 }] }
    expect(yield* read(9, () => upTo(5))).toStrictEqual(once)
    expect(yield* read(9, () => upTo(5), { ahead: 4 })).toStrictEqual(once)
  })
)

// A server that honours `limit` and not `page` sent 100 of 320 rows, and they were taken for all.
it.effect("as many rows as asked for, and the same as page 2, are refused, unless a total says that they are all", () =>
  Effect.gen(function* () {
    const honouring = (total?: number) => () => ({ rows: upTo(5), pagination: total === undefined ? {} : { total } })
    const doubtful = `GET ${endpoint} sent the same 5 rows as page 1 and as page 2. That is as many as were asked for: they may be all rows, or the first of many. Nothing was loaded. Set another \`pageSize\`, best one larger than the number of rows: if fewer come than are asked for, they are all.`
    const found = [yield* read(5, honouring()), yield* read(5, honouring(5)), yield* read(5, honouring(6))]
    expect(found.map(({ pages }) => pages)).toStrictEqual([doubtful, [{ rows: upTo(5), firstOrdinal: 0 }], doubtful])
  })
)

it.effect("a server with a smaller page size of its own is read to its end", () =>
  Effect.map(read(100, paged(upTo(5), 2)), (result) =>
    expect(result).toStrictEqual({ asked: [1, 2, 3, 4, 5], pages: inThree })
  )
)

it.effect("a server that repeats its last page is read once", () =>
  Effect.map(
    read(2, (page) => paged(upTo(4), 2)(Math.min(page, 2))),
    (result) => expect(result).toStrictEqual({ asked: [1, 2, 3, 4], pages: inThree.slice(0, 2) })
  )
)

it.effect("a page that is refused is the end when it is refused again, and the page after it, but not the page before", () =>
  Effect.gen(function* () {
    for (const status of [400, 404, 416, 422]) {
      const answer = (page: number) => (page > 2 ? rejected(status) : paged(upTo(4), 2)(page))
      expect(yield* read(2, answer)).toStrictEqual({ asked: [1, 2, 3, 4, 2, 3], pages: inThree.slice(0, 2) })
    }
    const short = (page: number) => (page > 1 ? rejected(404) : upTo(2))
    expect(yield* read(5, short)).toStrictEqual({ asked: [1, 2, 3, 1, 2], pages: inThree.slice(0, 1) })
  })
)

it.effect("a server that loses a page for a moment loses no rows: they come after all, or the reading fails", () =>
  Effect.gen(function* () {
    const pages = paged(upTo(5), 2)
    const refusal = rejected(404, 2).message
    const once = (lost: ReadonlyArray<number>) => (page: number, nth: number) =>
      lost.includes(page) && nth === 1 ? rejected(404) : pages(page)
    const outOfOrder = (page: number, nth: number) => (page > 1 || nth > 1 ? rejected(404) : pages(page))
    const withRest = (page: number) => (page === 2 ? rejected(404) : pages(page))
    const failing = (page: number) => (page === 2 ? rejected(404) : page === 3 ? rejected(503) : pages(page))
    const results = [
      yield* read(2, once([2, 3])),
      yield* read(2, outOfOrder),
      yield* read(2, withRest),
      yield* read(2, failing),
      yield* read(2, (page) => (page === 1 ? upTo(2) : rejected(403)))
    ]
    expect(results.map(({ pages: found }) => found)).toStrictEqual([
      inThree,
      refusal,
      refusal,
      rejected(503).message,
      rejected(403, 2).message
    ])
  })
)

it.effect("nothing is nothing, and asked for twice", () =>
  Effect.map(
    read(2, () => [], { ahead: 4 }),
    (result) => expect(result).toStrictEqual({ asked: [1, 2], pages: [] })
  )
)

it.effect("an endless source is given up, and nothing is asked for beyond the limit", () =>
  Effect.map(
    read(1, (page) => rowsOf(page), { maxPages: 3, ahead: 4 }),
    (result) =>
      expect(result).toStrictEqual({
        asked: [1, 2, 3],
        pages: `GET ${endpoint} did not come to an end within 3 pages. Make \`pageSize\` larger.`
      })
  )
)

it.effect("a long answer is worked on in chunks that keep their place, before it has come to its end", () =>
  Effect.gen(function* () {
    for (const atOnce of [1, 2, 5]) {
      const { pages } = yield* read(10, () => upTo(2_500), { atOnce })
      const places = typeof pages === "string" ? [] : pages.map((page) => [page.firstOrdinal, page.rows.length])
      expect(places).toStrictEqual([
        [0, 1_000],
        [1_000, 1_000],
        [2_000, 500]
      ])
    }
    let next = 0
    const endless: HttpPage<unknown> = {
      validators: {},
      pagination: {},
      next: Effect.sync(() => ({
        chunks: [
          RowChunk.chunkOf(
            anyRows,
            upTo(500).map(() => ({ id: next++ }))
          )
        ],
        isLast: false,
        bytes: 0
      }))
    }
    const some = yield* Paging.pages({
      endpoint,
      limit: 10,
      maxPages: 9,
      ahead: 4,
      ...numbered,
      fetch: () => Effect.succeed(endless)
    }).pipe(Stream.take(3), Stream.runCollect)
    expect([Chunk.size(some), next < 10_000]).toStrictEqual([3, true])
  })
)

/** A server with `count` full pages of one row. Pages above `upToPage` never arrive. It records the requests. */
const watched = (count: number, answering: number, ahead: number) => {
  const asked: Array<number> = []
  const open = new Set<number>()
  const pages = Paging.pages({
    endpoint,
    limit: 1,
    maxPages: 100,
    ahead,
    ...numbered,
    fetch: (url) =>
      Effect.gen(function* () {
        const page = Number(url.searchParams.get("page"))
        asked.push(page)
        yield* Effect.acquireRelease(
          Effect.sync(() => open.add(page)),
          () => Effect.sync(() => open.delete(page))
        )
        return page <= answering ? answerOf(page <= count ? rowsOf(page) : [], 1) : yield* Effect.never
      })
  })
  return { asked, open, pages }
}

/** Lets every other fiber run as far as it can. */
const settle = Effect.repeatN(Effect.yieldNow(), 200)

it.effect("pages are fetched ahead, so many and no more, and not before a full page 1 came", () =>
  Effect.gen(function* () {
    const { asked, open, pages } = watched(50, 60, 3)
    const first = yield* Deferred.make<void>()
    const seen: Array<number> = []
    const reading = yield* Effect.fork(
      Stream.runForEach(pages, ({ firstOrdinal }) =>
        Effect.zipRight(
          Effect.sync(() => seen.push(firstOrdinal)),
          first
        )
      )
    )
    yield* settle
    // Page 1 is being processed, 2 and 3 are waiting, and three more are requested.
    expect([seen, asked, open]).toStrictEqual([[0], [1, 2, 3, 4, 5, 6], new Set()])
    yield* Deferred.succeed(first, undefined)
    yield* Fiber.join(reading)
    expect([seen.length, asked.length - new Set(asked).size]).toStrictEqual([52, 0])

    const stuck = watched(50, 0, 3)
    const waiting = yield* Effect.fork(Stream.runDrain(stuck.pages))
    yield* settle
    expect(stuck.asked).toStrictEqual([1])
    yield* Fiber.interrupt(waiting)
  })
)

it.effect("what is in flight when the reading ends, or is interrupted, is given up", () =>
  Effect.gen(function* () {
    const { asked, open, pages } = watched(50, 2, 3)
    const reading = yield* Effect.fork(Stream.runDrain(pages))
    yield* settle
    expect([asked, open]).toStrictEqual([[1, 2, 3, 4, 5], new Set([3, 4, 5])])
    yield* Fiber.interrupt(reading)
    expect(open).toStrictEqual(new Set())

    const ended = watched(2, 4, 3)
    yield* Stream.runDrain(ended.pages)
    expect([ended.asked, ended.open]).toStrictEqual([[1, 2, 3, 4, 5], new Set()])
  })
)

it.effect("what is fetched beyond the end may fail as it likes; a page that fails before it is not the end", () =>
  Effect.gen(function* () {
    const failingFrom = (first: number) => (page: number) => (page >= first ? rejected(500) : paged(upTo(5), 2)(page))
    const found = [6, 5, 4].map((first) => read(2, failingFrom(first), { ahead: 4 }))
    expect((yield* Effect.all(found)).map(({ pages }) => pages)).toStrictEqual([
      inThree,
      rejected(500).message,
      rejected(500).message
    ])
  })
)
