import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { published } from "@sluice/warehouse/testing/published"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { bestSellers } from "../assets/bestSellers.ts"
import { dailyRevenue } from "../assets/dailyRevenue.ts"
import { regionalRevenue } from "../assets/regionalRevenue.ts"
import { ExchangeRates } from "../tables/ExchangeRates.ts"
import { Orders } from "../tables/Orders.ts"
import { Products } from "../tables/Products.ts"

const order = {
  ...{ order_id: "1", user_id: "u1", product_id: "p1", ordered_at: "2024-03-01T09:30:00.000Z" },
  ...{ region: "us", currency: "USD" }
}
const rates = published(ExchangeRates, [{ currency: "USD", eur: "0.5" }])
const orders = published(Orders, [
  { ...order, amount: "20" },
  { ...order, order_id: "2", amount: "9.50" },
  { ...order, order_id: "3", ordered_at: "2024-03-02T00:00:00.000Z", amount: "1" }
])

it("the revenue of a day is what its orders are worth in EUR", async () => {
  const revenueOf = (partition: string) =>
    Effect.runPromise(materializeForTest(dailyRevenue, { orders, rates }, { partition }))
  const { checks, rows } = await revenueOf("2024-03-01")
  expect(rows).toEqual([{ day: "2024-03-01", orders: 2, revenue: "14.75" }])
  expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
    ["row_count", true],
    ["revenue_not_negative", true]
  ])
  expect((await revenueOf("2024-03-02")).rows).toEqual([{ day: "2024-03-02", orders: 1, revenue: "0.50" }])
})

it("a day without orders, and a region without orders, have no revenue", async () => {
  const third = await Effect.runPromise(materializeForTest(dailyRevenue, { orders, rates }, { partition: "2024-03-03" }))
  expect(third.rows).toEqual([{ day: "2024-03-03", orders: 0, revenue: "0.00" }])
  const revenueOf = (partition: string) =>
    Effect.runPromise(materializeForTest(regionalRevenue, { orders, rates }, { partition }))
  expect((await revenueOf("2024-03-01|eu")).rows).toEqual([{ day: "2024-03-01", region: "eu", orders: 0, revenue: "0.00" }])
  expect((await revenueOf("2024-03-01|us")).rows).toEqual([{ day: "2024-03-01", region: "us", orders: 2, revenue: "14.75" }])
})

it("a day with a negative revenue is not published", async () => {
  const refunds = published(Orders, [{ ...order, amount: "-20.00" }])
  const error = await Effect.runPromise(
    Effect.flip(materializeForTest(dailyRevenue, { orders: refunds, rates }, { partition: "2024-03-01" }))
  )
  expect([error._tag, error.message.split(".")[0]]).toEqual([
    "CheckFailed",
    '"daily_revenue" failed the check revenue_not_negative'
  ])
})

it("a product that sells has its revenue over all days", async () => {
  const products = published(Products, [{ product_id: "p1", name: "lamp" }])
  const { rows } = await Effect.runPromise(materializeForTest(bestSellers, { orders, products, rates }))
  expect(rows).toEqual([{ name: "lamp", orders: 3, revenue: "15.25" }])
})
