import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { cases } from "../../../../test/setup/size.ts"
import { paged, type Reply, read, rejected, rowsOf, upTo, urlOf } from "../support/paging.ts"

/** A server with its peculiarities. */
interface Server {
  readonly count: number
  /** The numbers of the rows that it hides after limiting. */
  readonly hidden: ReadonlyArray<number>
  /** The maximum and the minimum number of rows of its pages. */
  readonly cap: number
  readonly least: number
  /** Whether a page has one row more, with which the next page begins. */
  readonly oneMore: boolean
  readonly ignores: "nothing" | "the page" | "the page and the limit"
  readonly beyond: "nothing" | "a refusal" | "the last page"
  readonly tells: "nothing" | "totals" | "links"
}

const server: FastCheck.Arbitrary<Server> = FastCheck.record({
  count: FastCheck.nat(60),
  hidden: FastCheck.array(FastCheck.nat(60), { maxLength: 8 }),
  cap: FastCheck.integer({ min: 1, max: 20 }),
  least: FastCheck.oneof(FastCheck.constant(1), FastCheck.integer({ min: 1, max: 30 })),
  oneMore: FastCheck.boolean(),
  ignores: FastCheck.constantFrom("nothing", "nothing", "the page", "the page and the limit"),
  beyond: FastCheck.constantFrom("nothing", "a refusal", "the last page"),
  tells: FastCheck.constantFrom("nothing", "nothing", "totals", "links")
})
const client = FastCheck.record({
  limit: FastCheck.integer({ min: 1, max: 20 }),
  ahead: FastCheck.nat(6),
  atOnce: FastCheck.integer({ min: 1, max: 3 })
})

const isVisible = ({ hidden }: Server) => {
  const all = new Set(hidden.map((id) => JSON.stringify(rowsOf(id)[0])))
  return (row: unknown) => !all.has(JSON.stringify(row))
}
const visibleRows = (from: Server) => upTo(from.count).filter(isVisible(from))

/** The server's answers, for any page. */
const served = (from: Server, limit: number) => {
  const size = from.ignores === "the page" ? limit : Math.max(from.least, Math.min(limit, from.cap))
  const last = Math.max(1, Math.ceil(from.count / size))
  const rowsOfPage = (page: number): ReadonlyArray<unknown> => {
    if (from.ignores === "the page and the limit") return upTo(from.count)
    if (from.ignores === "the page") return upTo(from.count).slice(0, size)
    const rows = paged(upTo(from.count), size)(page)
    return from.oneMore ? [...rows, ...paged(upTo(from.count), size)(page + 1).slice(0, 1)] : rows
  }
  const visible = (page: number) => rowsOfPage(page).filter(isVisible(from))
  return {
    visible,
    last,
    answer: (page: number): Reply => {
      if (page > last && from.beyond === "a refusal" && from.ignores === "nothing") return rejected(404)
      const rows = visible(page > last && from.beyond === "the last page" ? last : page)
      const link = page < last ? { next: urlOf(page + 1).href } : "last"
      if (from.tells === "nothing") return rows
      return { rows, pagination: from.tells === "links" ? { link } : { total: visibleRows(from).length } }
    }
  }
}

/** Whether pages differ from the end: no two in a row are equal, and none are empty unless links name the next page. */
const isFair = (from: Server, limit: number): boolean => {
  const { last, visible } = served(from, limit)
  // Fewer rows than requested for every page: a client cannot know that there are more.
  if (from.ignores === "the page") return from.hidden.length === 0
  if (from.ignores !== "nothing") return true
  const pages = Array.from({ length: last }, (_, at) => JSON.stringify(visible(at + 1)))
  return pages.every((page, at) => page !== pages[at - 1] || (page === "[]" && from.tells === "links"))
}

const texts = (rows: ReadonlyArray<unknown>) => new Set(rows.map((row) => JSON.stringify(row)))

it.effect.prop(
  "a reading has every row, each at its place, or fails because its end cannot be known",
  [server, client],
  ([from, { limit, ...options }]) =>
    Effect.gen(function* () {
      FastCheck.pre(isFair(from, limit))
      const { answer, last, visible } = served(from, limit)
      const { pages } = yield* read(limit, answer, { ...options, maxPages: 200 })
      const first = visible(1).length
      const repeats = last === 1 ? from.beyond === "the last page" : false
      const isDoubtful =
        first === limit &&
        (from.ignores !== "nothing" || repeats) &&
        !(from.tells === "totals" && visibleRows(from).length <= first)
      const contradicts = from.tells === "links" && from.ignores !== "nothing" && last > 1 && first > 0
      if (typeof pages === "string") {
        expect([isDoubtful || contradicts, pages]).toStrictEqual([true, pages])
        return
      }
      expect(texts(pages.flatMap(({ rows }) => rows))).toStrictEqual(texts(visibleRows(from)))
      let next = 0
      for (const { firstOrdinal, rows } of pages) {
        expect(firstOrdinal).toBe(next)
        next += rows.length
      }
    }),
  { fastCheck: { numRuns: cases(100) } }
)

it.effect.prop(
  "a server that at times does not find its pages never makes a reading succeed with less than everything",
  [
    server,
    client,
    FastCheck.array(FastCheck.tuple(FastCheck.integer({ min: 1, max: 8 }), FastCheck.integer({ min: 1, max: 2 })))
  ],
  ([{ count, ...others }, { limit, ...options }, lost]) => {
    const plain: Server = { ...others, count, hidden: [], oneMore: false, ignores: "nothing", tells: "nothing" }
    const { answer } = served(plain, limit)
    const flaky = (page: number, nth: number): Reply => {
      const isLost = nth === 1 && lost.some(([first, length]) => page >= first && page < first + length)
      return isLost ? rejected(404) : answer(page)
    }
    return Effect.map(read(limit, flaky, { ...options, maxPages: 200 }), ({ pages }) => {
      if (typeof pages !== "string") expect(texts(pages.flatMap(({ rows }) => rows))).toStrictEqual(texts(upTo(count)))
    })
  },
  { fastCheck: { numRuns: cases(100) } }
)
