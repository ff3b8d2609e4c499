import { assert, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { Decoder } from "../../src/domain/Decoder.ts"
import type { Answer } from "../../src/source/Answer.ts"
import * as Paging from "../../src/source/Paging.ts"
import * as Piece from "../../src/source/Piece.ts"
import * as SourceError from "../../src/source/SourceError.ts"

const endpoint = "http://api/users"
const rowsOf = (...ids: ReadonlyArray<number>) => ids.map((id) => ({ id: String(id) }))
const upTo = (count: number) => rowsOf(...Array.from({ length: count }, (_, i) => i))
const rejected = (status: number) => new SourceError.SourceRejected({ endpoint, status, retryAfterMillis: undefined })

type Reply = ReadonlyArray<unknown> | SourceError.SourceError

/** Rows are what they are. */
const decoder: Decoder<unknown> = { known: new Map(), decode: (row) => row }

/** An answer with these rows, whose pieces come `atOnce` at a time. */
const answerOf = (rows: ReadonlyArray<unknown>, limit: number, atOnce = 1): Answer<unknown> => {
  const size = Paging.rowsOfPiece(limit)
  const pieces = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    Piece.pieceOf(decoder, rows.slice(i * size, (i + 1) * size))
  )
  return {
    validators: {},
    next: Effect.sync(() => {
      const some = pieces.splice(0, atOnce)
      return { pieces: some, isLast: pieces.length === 0 }
    })
  }
}

/** Reads all pages of a server that answers the nth request for a page by `answer`, and tells what was asked and what came. */
const read = (limit: number, answer: (page: number, nth: number) => Reply, { ahead = 0, maxPages = 20, atOnce = 1 } = {}) =>
  Effect.gen(function* () {
    const asked: Array<number> = []
    const pages = yield* Paging.pages({
      endpoint,
      limit,
      maxPages,
      ahead,
      fetch: (page) =>
        Effect.suspend(() => {
          asked.push(page)
          const answered = answer(page, asked.filter((one) => one === page).length)
          return "_tag" in answered ? Effect.fail(answered) : Effect.succeed(answerOf(answered, limit, atOnce))
        })
    }).pipe(
      Stream.filter(({ piece }) => piece.size > 0),
      Stream.map(({ firstOrdinal, piece }) => ({ rows: piece.page.rows, firstOrdinal })),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.catchAll((error) => Effect.succeed(error.message))
    )
    return { asked, pages }
  })

const paged = (rows: ReadonlyArray<unknown>, limit: number) => (page: number) => rows.slice((page - 1) * limit, page * limit)

const inThree = [
  { rows: rowsOf(0, 1), firstOrdinal: 0 },
  { rows: rowsOf(2, 3), firstOrdinal: 2 },
  { rows: rowsOf(4), firstOrdinal: 4 }
]

it.effect("pages are read until one is shorter than the first", () =>
  Effect.map(read(2, paged(upTo(5), 2)), (result) => assert.deepStrictEqual(result, { asked: [1, 2, 3], pages: inThree }))
)

it.effect("an answer longer than a page is everything there is", () =>
  Effect.map(
    read(2, () => upTo(5), { ahead: 4 }),
    (result) => assert.deepStrictEqual(result, { asked: [1], pages: [{ rows: upTo(5), firstOrdinal: 0 }] })
  )
)

it.effect("a second page with the rows of the first means that the server knows no paging", () =>
  Effect.gen(function* () {
    const once = { asked: [1, 2], pages: [{ rows: upTo(5), firstOrdinal: 0 }] }
    assert.deepStrictEqual(yield* read(5, () => upTo(5)), once)
    assert.deepStrictEqual(yield* read(9, () => upTo(5), { ahead: 4 }), once)
  })
)

it.effect("a server with a smaller page size of its own is read to its end", () =>
  Effect.map(read(100, paged(upTo(5), 2)), (result) => assert.deepStrictEqual(result, { asked: [1, 2, 3], pages: inThree }))
)

it.effect("a page that is refused is the end when it is refused again, and the page after it, but not the page before", () =>
  Effect.gen(function* () {
    for (const status of [400, 404, 416, 422]) {
      const answer = (page: number) => (page > 2 ? rejected(status) : paged(upTo(4), 2)(page))
      assert.deepStrictEqual(yield* read(2, answer), { asked: [1, 2, 3, 4, 2, 3], pages: inThree.slice(0, 2) })
    }
    const short = (page: number) => (page > 1 ? rejected(404) : upTo(2))
    assert.deepStrictEqual(yield* read(5, short), { asked: [1, 2, 3, 1, 2], pages: inThree.slice(0, 1) })
  })
)

it.effect("a server that loses a page for a moment loses no rows: they come after all, or the reading fails", () =>
  Effect.gen(function* () {
    const pages = paged(upTo(5), 2)
    const refusal = rejected(404).message
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
    assert.deepStrictEqual(
      results.map(({ pages: found }) => found),
      [inThree, refusal, refusal, rejected(503).message, rejected(403).message]
    )
  })
)

it.effect("nothing is nothing, and asked for once", () =>
  Effect.map(
    read(2, () => [], { ahead: 4 }),
    (result) => assert.deepStrictEqual(result, { asked: [1], pages: [] })
  )
)

it.effect("an endless source is given up, and nothing is asked for beyond the limit", () =>
  Effect.map(
    read(1, (page) => rowsOf(page), { maxPages: 3, ahead: 4 }),
    (result) =>
      assert.deepStrictEqual(result, {
        asked: [1, 2, 3],
        pages: `GET ${endpoint} did not come to an end within 3 pages. Make SLUICE_PAGE_SIZE larger.`
      })
  )
)

it.effect("a long answer is worked on in pieces that keep their place, before it has come to its end", () =>
  Effect.gen(function* () {
    for (const atOnce of [1, 2, 5]) {
      const { pages } = yield* read(10, () => upTo(2_500), { atOnce })
      const places = typeof pages === "string" ? [] : pages.map((page) => [page.firstOrdinal, page.rows.length])
      assert.deepStrictEqual(places, [
        [0, 1_000],
        [1_000, 1_000],
        [2_000, 500]
      ])
    }
    let next = 0
    const endless: Answer<unknown> = {
      validators: {},
      next: Effect.sync(() => ({
        pieces: [
          Piece.pieceOf(
            decoder,
            upTo(500).map(() => ({ id: next++ }))
          )
        ],
        isLast: false
      }))
    }
    const some = yield* Paging.pages({
      endpoint,
      limit: 10,
      maxPages: 9,
      ahead: 4,
      fetch: () => Effect.succeed(endless)
    }).pipe(Stream.take(3), Stream.runCollect)
    assert.deepStrictEqual([Chunk.size(some), next < 10_000], [3, true])
  })
)

/** A server with `count` full pages of one row, of which those above `upToPage` never answer, and what it sees. */
const watched = (count: number, answering: number, ahead: number) => {
  const asked: Array<number> = []
  const open = new Set<number>()
  const pages = Paging.pages({
    endpoint,
    limit: 1,
    maxPages: 100,
    ahead,
    fetch: (page) =>
      Effect.gen(function* () {
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

/** Lets every other fiber go on for as long as it can. */
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
    // Page 1 is worked on, 2 and 3 wait to be, and three more have been asked for.
    assert.deepStrictEqual([seen, asked, open], [[0], [1, 2, 3, 4, 5, 6], new Set()])
    yield* Deferred.succeed(first, undefined)
    yield* Fiber.join(reading)
    assert.deepStrictEqual([seen.length, asked.length - new Set(asked).size], [51, 0])

    const stuck = watched(50, 0, 3)
    const waiting = yield* Effect.fork(Stream.runDrain(stuck.pages))
    yield* settle
    assert.deepStrictEqual(stuck.asked, [1])
    yield* Fiber.interrupt(waiting)
  })
)

it.effect("what is in flight when the reading ends, or is interrupted, is given up", () =>
  Effect.gen(function* () {
    const { asked, open, pages } = watched(50, 2, 3)
    const reading = yield* Effect.fork(Stream.runDrain(pages))
    yield* settle
    assert.deepStrictEqual([asked, open], [[1, 2, 3, 4, 5], new Set([3, 4, 5])])
    yield* Fiber.interrupt(reading)
    assert.deepStrictEqual(open, new Set())

    const ended = watched(2, 3, 3)
    yield* Stream.runDrain(ended.pages)
    assert.deepStrictEqual([ended.asked, ended.open], [[1, 2, 3, 4, 5], new Set()])
  })
)

it.effect("what is fetched beyond the end may fail as it likes", () =>
  Effect.gen(function* () {
    const answer = (page: number) => (page > 3 ? rejected(page % 2 === 0 ? 500 : 404) : paged(upTo(5), 2)(page))
    assert.deepStrictEqual((yield* read(2, answer, { ahead: 4 })).pages, inThree)
  })
)

/** A server: how many rows it has at most per page, and what it answers beyond its last page. */
const server = FastCheck.record({
  count: FastCheck.nat(60),
  limit: FastCheck.integer({ min: 1, max: 20 }),
  beyond: FastCheck.constantFrom("nothing", "a refusal", "the last page")
})
const client = FastCheck.record({
  limit: FastCheck.integer({ min: 1, max: 20 }),
  ahead: FastCheck.nat(6),
  atOnce: FastCheck.integer({ min: 1, max: 3 })
})

/** Answers as the server does, whatever page it is asked for. */
const served = ({ beyond, count, limit }: { beyond: string; count: number; limit: number }) => {
  const pages = paged(upTo(count), limit)
  const last = Math.max(1, Math.ceil(count / limit))
  return (page: number): Reply => {
    if (page <= last || beyond === "nothing") return pages(page)
    return beyond === "a refusal" ? rejected(404) : pages(last)
  }
}

const placed = (pages: ReadonlyArray<{ readonly rows: ReadonlyArray<unknown>; readonly firstOrdinal: number }>) =>
  pages.flatMap((page) => page.rows.map((row, i) => [row, page.firstOrdinal + i]))
const everything = (count: number) => upTo(count).map((row, i) => [row, i])

it.effect.prop(
  "whatever the server and the client, every row comes once and in order, with its place",
  [server, client],
  ([from, { limit, ...options }]) =>
    Effect.map(
      read(limit, served({ ...from, limit: Math.min(limit, from.limit) }), { ...options, maxPages: 100 }),
      ({ pages }) => assert.deepStrictEqual(typeof pages === "string" ? pages : placed(pages), everything(from.count))
    ),
  { fastCheck: { numRuns: 150 } }
)

it.effect.prop(
  "a server that at times does not find its pages never makes a reading succeed with less than everything",
  [
    server,
    client,
    FastCheck.array(FastCheck.tuple(FastCheck.integer({ min: 1, max: 8 }), FastCheck.integer({ min: 1, max: 2 })))
  ],
  ([from, { limit, ...options }, lost]) => {
    const answer = served({ ...from, limit: Math.min(limit, from.limit) })
    const flaky = (page: number, nth: number): Reply => {
      const isLost = nth === 1 && lost.some(([first, length]) => page >= first && page < first + length)
      return isLost ? rejected(404) : answer(page)
    }
    return Effect.map(read(limit, flaky, { ...options, maxPages: 100 }), ({ pages }) =>
      assert.deepStrictEqual(
        typeof pages === "string" ? pages : placed(pages),
        typeof pages === "string" ? rejected(404).message : everything(from.count)
      )
    )
  },
  { fastCheck: { numRuns: 150 } }
)
