import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { paged, type Reply, read, rejected, upTo } from "../support/paging.ts"

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
