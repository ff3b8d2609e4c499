import { expect, it } from "@effect/vitest"
import * as BadRows from "@sluice/core/source/BadRows"

/** So many rows that are left out. */
const bad = (count: number) => ({ count: () => count, reasons: new Map([["id is empty", count]]) })

it("a share of bad rows is judged from 20 rows on; none good is always too many; nothing at all is not", () => {
  const cases: ReadonlyArray<readonly [total: number, bad: number, passes: boolean]> = [
    [0, 0, true],
    [1, 1, false],
    [5, 5, false],
    [19, 18, true],
    [20, 2, true],
    [20, 3, false],
    [1_000, 100, true],
    [1_000, 101, false]
  ]
  expect(
    cases.map(([total, count]) => BadRows.judge("users", total, bad(count), { maxShare: 0.1 }) === undefined)
  ).toStrictEqual(cases.map(([, , passes]) => passes))
})

it("the error counts, and names the most frequent reasons", () => {
  const reasons = new Map([
    ["the row is not an object", 1],
    ["id is empty", 3],
    ["country is too long", 1],
    ["subscription[].amount is not a decimal", 4]
  ])
  const error = BadRows.judge("users", 40, { count: () => 9, reasons }, { maxShare: 0.1, setting: "MAX_BAD" })
  expect([error?.message, error?.retryable]).toStrictEqual([
    "9 of 40 users (22.5%) could not be decoded; the limit is 10%. Most frequent reasons: subscription[].amount is not a decimal (4); id is empty (3); country is too long (1). Correct the source, or raise MAX_BAD.",
    false
  ])
  expect(BadRows.judge("messages", 2, bad(2), { maxShare: 1 })?.message).toStrictEqual(
    "2 of 2 messages (100%) could not be decoded; none is good. Most frequent reasons: id is empty (2). Correct the source, or allow a larger share with `BadRowPolicy`."
  )
})
