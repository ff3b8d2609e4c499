import { filesForTest } from "@sluice/files/testing/filesForTest"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { sales } from "./sales.ts"

it("each line after the first is a sale", async () => {
  const files = filesForTest({ "sales.csv": "sale_id,sold_on,product,amount\n1,2024-03-01,lamp,20.00\n" })
  const { rows } = await Effect.runPromise(Effect.provide(materializeForTest(sales, {}), files))
  expect(rows).toEqual([{ sale_id: "1", sold_on: "2024-03-01", product: "lamp", amount: "20.00" }])
})
