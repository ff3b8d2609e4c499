import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { endpoint, paged, read, rejected, rowsOf, upTo, urlOf } from "../support/paging.ts"

const inThree = [
  { rows: rowsOf(0, 1), firstOrdinal: 0 },
  { rows: rowsOf(2, 3), firstOrdinal: 2 },
  { rows: rowsOf(4), firstOrdinal: 4 }
]

it.effect("a next page that the server names is read from its address, and the last one is the end", () =>
  Effect.gen(function* () {
    const named = (page: number) => ({
      rows: paged(upTo(5), 2)(page),
      pagination: { link: page < 3 ? { next: urlOf(page + 1).href } : ("last" as const) }
    })
    const byCursor = (page: number) => {
      const at = page === 1 ? 1 : page - 100
      // After an empty page there may be more, if the server links it. Without a link there is none.
      const rows = at === 2 ? [] : paged(upTo(5), 2)(at === 1 ? 1 : at - 1)
      return { rows, pagination: at < 4 ? { link: { next: urlOf(101 + at).href } } : {} }
    }
    expect(yield* read(2, named, { ahead: 0 })).toStrictEqual({ asked: [1, 2, 3], pages: inThree })
    expect(yield* read(2, byCursor, { ahead: 4 })).toStrictEqual({ asked: [1, 102, 103, 104], pages: inThree })
  })
)

it.effect("a last page that is full is confirmed by one more request, whose refusal or failure is the end", () =>
  Effect.gen(function* () {
    const ended = (rows: ReadonlyArray<unknown>) => ({ rows, pagination: { link: "last" as const } })
    const all = paged(upTo(5), 2)
    // Guards a bug: each page names its predecessors and no next page, and only the first was read.
    const withoutNext = yield* read(2, (page) => ended(all(page)))
    // Page 2 names no next page, although there is one.
    const forgotten = yield* read(2, (page) =>
      page === 2 ? all(2) : { rows: all(page), pagination: { link: page === 1 ? { next: urlOf(2).href } : "last" } }
    )
    const beyond = [rejected(404), rejected(500), upTo(2), []].map((reply) =>
      read(2, (page) => (page === 1 ? ended(upTo(2)) : reply))
    )
    expect([withoutNext.pages, forgotten.pages]).toStrictEqual([inThree, inThree])
    expect((yield* Effect.all(beyond)).map(({ asked, pages }) => [asked, pages])).toStrictEqual(
      beyond.map(() => [[1, 2], [{ rows: upTo(2), firstOrdinal: 0 }]])
    )
  })
)

it.effect("pages that come in a circle, by number, at named addresses or after a beginning of their own, fail", () =>
  Effect.gen(function* () {
    const circle = (from: number, length: number) => (page: number) =>
      paged(upTo(40), 2)(page < from ? page : from + ((page - from) % length))
    const linked = (page: number) => ({
      rows: circle(1, 3)(page),
      pagination: { link: { next: `${urlOf(page + 1).href}&session=${page}` } }
    })
    const found = [circle(1, 5), circle(1, 2), circle(4, 7), linked].map((answer) => read(2, answer, { maxPages: 1_000 }))
    const told = (yield* Effect.all(found)).map(({ asked, pages }) => [asked.length < 40, pages])
    const message = `GET ${endpoint} sent the rows of an earlier page again as a later one: its pages come in a circle. Nothing was loaded. Ask those who run the API how it pages.`
    expect(told).toStrictEqual(found.map(() => [true, message]))
  })
)

it.effect("a page that the server does not find for a moment is asked for once more, if the page behind it is there", () =>
  Effect.gen(function* () {
    const { pages } = yield* read(2, (page, nth) => (page === 2 && nth === 1 ? rejected(404) : paged(upTo(5), 2)(page)), {
      ahead: 2
    })
    expect(pages).toStrictEqual(inThree)
  })
)

it.effect("a named page that is refused, the same, endlessly empty or on another host is no end", () =>
  Effect.gen(function* () {
    const naming = (rows: ReadonlyArray<unknown>, next: string) => ({ rows, pagination: { link: { next } } })
    const nextOf = (page: number) => urlOf(page + 1).href
    const found = [
      yield* read(2, (page) => (page === 1 ? naming(upTo(2), nextOf(1)) : rejected(404))),
      yield* read(2, (page) => naming(upTo(2), nextOf(page))),
      yield* read(2, (page) => naming([], nextOf(page)), { maxPages: 1_000 }),
      yield* read(2, () => naming(upTo(2), "http://other/users?page=2")),
      yield* read(2, () => naming(upTo(2), ""))
    ]
    const elsewhere = `GET ${endpoint} cannot be used: the answer names a next page that is on another host, where it is not followed. Nothing of it was loaded. Check that the source's URL is the API's address.`
    expect(found.map(({ asked, pages }) => [asked.length, pages])).toStrictEqual([
      [2, rejected(404, 2).message],
      [
        2,
        `GET ${endpoint} names a next page, and sent the rows of the page before as that page. Nothing was loaded. Ask those who run the API how it pages.`
      ],
      [
        101,
        `GET ${endpoint} sent more than 100 pages without rows, one after the other, and named a next page with each. Nothing was loaded. Ask those who run the API how it pages.`
      ],
      [1, elsewhere],
      [1, elsewhere.replace("that is on another host, where it is not followed", "by an address that is not one")]
    ])
  })
)
