import spark from "@sluice/assets/definitions"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Either from "effect/Either"
import { expect, it } from "vitest"
import shop from "../../examples/shop/sluice.config.ts"

it("both pipelines of this repository are one graph, under two prefixes", () => {
  const [ofShop, ofSpark] = [Either.getOrThrow(shop.sealed), Either.getOrThrow(spark.sealed)]
  const company = Definitions.merge("company", [Definitions.prefixed("shop", shop), Definitions.prefixed("spark", spark)])
  const { graph, warehouse } = Either.getOrThrow(company.sealed)
  expect(graph.names).toEqual([
    ...ofShop.graph.names.map((name) => `shop/${name}`),
    ...ofSpark.graph.names.map((name) => `spark/${name}`)
  ])
  expect(warehouse.tables).toEqual([...ofShop.warehouse.tables, ...ofSpark.warehouse.tables])
  expect(company.personSources).toEqual(["shop/users", "spark/users"])
})
