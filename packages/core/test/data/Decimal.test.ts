import * as Decimal from "@sluice/core/data/Decimal"
import { expect, it } from "vitest"

it("a decimal is digits, with a sign before and a point between them", () => {
  const decimals = ["0", "12", "-12.50", "0.0000000001", "007"]
  const others = ["", "-", ".5", "5.", "+1", "1e3", "1,000", "NaN", " 1", "1\n", "EUR"]
  expect([decimals.map(Decimal.is), others.map(Decimal.is)]).toStrictEqual([
    decimals.map(() => true),
    others.map(() => false)
  ])
})

it("a number is rounded to the digits that are asked for", () => {
  expect([Decimal.fromNumber(1234.5, 2), Decimal.fromNumber(-0.126, 2), Decimal.fromNumber(7, 0)]).toStrictEqual([
    "1234.50",
    "-0.13",
    "7"
  ])
})
