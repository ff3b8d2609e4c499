import { expect, it } from "@effect/vitest"
import * as RetryAfter from "../../src/source/RetryAfter.ts"

it("seconds and dates are understood, a past date asks for no wait, and nonsense asks for nothing", () => {
  const now = Date.parse("2024-03-01T09:30:00Z")
  const headers = [
    "2",
    " 120 ",
    "Fri, 01 Mar 2024 09:30:30 GMT",
    "Fri, 01 Mar 2024 09:00:00 GMT",
    "soon",
    "-1",
    "1.5",
    undefined
  ]
  expect(headers.map((header) => RetryAfter.parse(header, undefined, now))).toStrictEqual([
    2_000,
    120_000,
    30_000,
    0,
    undefined,
    undefined,
    undefined,
    undefined
  ])
})

// Regression: with this machine's clock an hour behind, a wait of 30 seconds became an hour.
it("a date is as far away as the server says that it is, whatever the clock of this machine shows", () => {
  const wait = RetryAfter.parse(
    "Fri, 01 Mar 2024 09:30:30 GMT",
    "Fri, 01 Mar 2024 09:30:00 GMT",
    Date.parse("2024-03-01T08:30:00Z")
  )
  expect(wait).toBe(30_000)
})
