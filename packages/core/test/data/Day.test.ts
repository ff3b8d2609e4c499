import * as Day from "@sluice/core/data/Day"
import * as DateTime from "effect/DateTime"
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

it("an instant's day is that of its zone", () => {
  const late = DateTime.unsafeMake("2024-02-29T23:30:00Z")
  const berlin = DateTime.setZone(late, DateTime.zoneUnsafeMakeNamed("Europe/Berlin"))
  const monday = DateTime.startOf(late, "week", { weekStartsOn: 1 })
  expect([late, berlin, monday].map(Day.fromDateTime)).toStrictEqual(["2024-02-29", "2024-03-01", "2024-02-26"])
})
