import { assert, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import * as Paging from "../../src/source/Paging.ts"
import * as SourceError from "../../src/source/SourceError.ts"

const endpoint = "http://api/users"
const rowsOf = (...ids: ReadonlyArray<number>) => ids.map((id) => ({ id: String(id) }))
const upTo = (count: number) => rowsOf(...Array.from({ length: count }, (_, i) => i))

/** Reads all pages of a server that answers by `answer`, and tells what was asked and what came. */
const read = (limit: number, answer: (page: number) => ReadonlyArray<unknown> | SourceError.SourceError, maxPages = 20) =>
  Effect.gen(function* () {
    const asked: Array<number> = []
    const pages = yield* Paging.pages({
      endpoint,
      limit,
      maxPages,
      fetch: (page) => {
        asked.push(page)
        const answered = answer(page)
        return "_tag" in answered ? Effect.fail(answered) : Effect.succeed(answered)
      }
    }).pipe(
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.catchAll((error) => Effect.succeed(error.message))
    )
    return { asked, pages }
  })

const paged = (rows: ReadonlyArray<unknown>, limit: number) => (page: number) => rows.slice((page - 1) * limit, page * limit)

it.effect("pages are read until one is shorter than the first", () =>
  Effect.map(read(2, paged(upTo(5), 2)), (result) =>
    assert.deepStrictEqual(result, {
      asked: [1, 2, 3],
      pages: [
        { rows: rowsOf(0, 1), firstOrdinal: 0 },
        { rows: rowsOf(2, 3), firstOrdinal: 2 },
        { rows: rowsOf(4), firstOrdinal: 4 }
      ]
    })
  )
)

it.effect("an answer longer than a page is everything there is", () =>
  Effect.map(
    read(2, () => upTo(5)),
    (result) => assert.deepStrictEqual(result, { asked: [1], pages: [{ rows: upTo(5), firstOrdinal: 0 }] })
  )
)

it.effect("a second page with the rows of the first means that the server knows no paging", () =>
  Effect.gen(function* () {
    const once = { asked: [1, 2], pages: [{ rows: upTo(5), firstOrdinal: 0 }] }
    assert.deepStrictEqual(yield* read(5, () => upTo(5)), once)
    assert.deepStrictEqual(yield* read(9, () => upTo(5)), once)
  })
)

it.effect("a server with a smaller page size of its own is read to its end", () =>
  Effect.map(read(100, paged(upTo(5), 2)), (result) =>
    assert.deepStrictEqual(result, {
      asked: [1, 2, 3],
      pages: [
        { rows: rowsOf(0, 1), firstOrdinal: 0 },
        { rows: rowsOf(2, 3), firstOrdinal: 2 },
        { rows: rowsOf(4), firstOrdinal: 4 }
      ]
    })
  )
)

it.effect("a server that has no page 2 after a short page 1 is done; after a full one, it fails", () =>
  Effect.gen(function* () {
    const refused = new SourceError.SourceRejected({ endpoint, status: 404, retryAfterMillis: undefined })
    const answer = (page: number) => (page === 1 ? upTo(2) : refused)
    assert.deepStrictEqual(
      [yield* read(5, answer), yield* read(2, answer)],
      [
        { asked: [1, 2], pages: [{ rows: upTo(2), firstOrdinal: 0 }] },
        { asked: [1, 2], pages: refused.message }
      ]
    )
  })
)

it.effect("nothing is nothing, and asked for once", () =>
  Effect.map(
    read(2, () => []),
    (result) => assert.deepStrictEqual(result, { asked: [1], pages: [] })
  )
)

it.effect("an endless source is given up", () =>
  Effect.map(
    read(1, (page) => rowsOf(page), 3),
    (result) =>
      assert.deepStrictEqual(result, {
        asked: [1, 2, 3],
        pages: `GET ${endpoint} did not come to an end within 3 pages. Make SLUICE_PAGE_SIZE larger.`
      })
  )
)

it.effect("a long answer is worked on in pieces that keep their place", () =>
  Effect.map(
    read(10, () => upTo(2_500)),
    ({ pages }) =>
      assert.deepStrictEqual(
        typeof pages === "string" ? pages : pages.map((page) => [page.firstOrdinal, page.rows.length]),
        [
          [0, 1_000],
          [1_000, 1_000],
          [2_000, 500]
        ]
      )
  )
)

it.effect.prop(
  "whatever the sizes, every row comes once and in order, with its place",
  [FastCheck.nat(60), FastCheck.integer({ min: 1, max: 20 }), FastCheck.integer({ min: 1, max: 20 })],
  ([count, limit, serverLimit]) =>
    Effect.map(read(limit, paged(upTo(count), Math.min(limit, serverLimit)), 100), ({ pages }) => {
      const all = typeof pages === "string" ? [] : pages
      assert.deepStrictEqual(
        all.flatMap((page) => page.rows.map((row, i) => [row, page.firstOrdinal + i])),
        upTo(count).map((row, i) => [row, i])
      )
    })
)
