import * as Day from "@sluice/core/data/Day"
import { expect, it } from "vitest"

it("a day is one that its month has, written in one way", () => {
  const days = ["2024-02-29", "1000-01-01", "9999-12-31"]
  const others = [
    "2023-02-29",
    "2024-2-1",
    "2024-00-10",
    "0999-12-31",
    "1985-12-10T00:00:00Z",
    "2024-02-29\n",
    "20240229",
    ""
  ]
  expect([days.map(Day.is), others.map(Day.is)]).toStrictEqual([days.map(() => true), others.map(() => false)])
})
