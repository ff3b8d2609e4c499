import * as Generalisation from "@sluice/core/relation/Generalisation"
import { expect, it } from "vitest"

it("a number becomes the greatest multiple that it reaches", () => {
  const decades = [1979, 1980, 1989, 0, -1].map((year) => Generalisation.ofNumber({ _tag: "Multiples", width: 10 }, year))
  expect(decades).toStrictEqual([1970, 1980, 1980, 0, -10])
})

it("a number becomes the greatest bound that it reaches, and `below` if it reaches none", () => {
  const bands = { _tag: "Bands", bounds: [0, 100, 1_000], below: -1 } as const
  const found = [-0.01, 0, 99.99, 100, 5_000].map((amount) => Generalisation.ofNumber(bands, amount))
  expect(found).toStrictEqual([-1, 0, 0, 100, 1_000])
})
