import * as PipelineName from "@sluice/core/definitions/PipelineName"
import { expect, it } from "vitest"

it("takes lower-case letters, digits, _ and -, a letter first, and 64 characters at most", () => {
  const names = [
    "spark",
    "shop_2",
    "data-eu",
    "a",
    "a".repeat(64),
    "a".repeat(65),
    "",
    "2shop",
    "Shop",
    "shop/orders",
    "café"
  ]
  expect(names.filter(PipelineName.isValid)).toEqual(["spark", "shop_2", "data-eu", "a", "a".repeat(64)])
})
