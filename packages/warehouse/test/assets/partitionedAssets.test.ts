import { expect, it } from "@effect/vitest"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { sqlTable } from "@sluice/warehouse/assets/SqlTable"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { published } from "@sluice/warehouse/testing/published"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { ordersTable, rowsOf } from "../contract/slices.ts"

const days = Partitions.daily("days", { start: "2024-03-01" })
const Orders = ordersTable("orders")
const at = (id: string, day: number) => ({ id, ordered_at: `2024-03-0${day}T12:00:00.000Z`, amount: day })

const orders = tableAsset(Orders, {
  partitions: days,
  policy: "single-run",
  rows: (_, __, { first, last }) => rowsOf([at(`${first}-${last}`, Number(first.slice(-1)))])
})

const Revenue = Table.make("daily_revenue", {
  description: "The amount of each day.",
  columns: { day: Column.day, amount: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})

const revenue = sqlTable(Revenue, {
  partitions: days,
  policy: "single-run",
  from: { orders },
  select: ({ orders }, { window }) => `
    SELECT substr(ordered_at, 1, 10) AS day, sum(amount) AS amount FROM ${orders}
    WHERE ordered_at >= ${window.start} AND ordered_at < ${window.end} AND ${window.start} < ${window.end}
    GROUP BY 1`
})

it.effect("a table's asset replaces the partitions that it makes, and leaves the others", () =>
  Effect.gen(function* () {
    const seed = [published(Orders, [at("a", 3), at("b", 4), at("c", 5)])]
    const { metadata, rows } = yield* materializeForTest(orders, {}, { seed, partition: "2024-03-03..2024-03-04" })
    expect(rows).toStrictEqual(rowsOf([at("2024-03-03-2024-03-04", 3), at("c", 5)]))
    expect(metadata).toStrictEqual({ rows: 1 })
  })
)

it.effect("a partition that loses most of its rows is refused, however many rows the others have", () =>
  Effect.gen(function* () {
    const many = (day: number, count: number) => Array.from({ length: count }, (_, id) => at(`${day}-${id}`, day))
    const seed = [published(Orders, [...many(3, 150), ...many(4, 5_000)])]
    const error = yield* Effect.flip(materializeForTest(orders, {}, { seed, partition: "2024-03-03" }))
    expect(error._tag === "CheckFailed" && error.checks).toStrictEqual(["row_count"])
    const { rows } = yield* materializeForTest(orders, {}, { seed, partition: "2024-03-05" })
    expect(rows.length).toBe(5_151)
  })
)

it.effect("a SELECT is given the bounds of the partitions that it makes", () =>
  Effect.gen(function* () {
    const upstream = { orders: published(Orders, [at("a", 3), at("b", 4), at("c", 4), at("d", 5)]) }
    const { rows } = yield* materializeForTest(revenue, upstream, {
      seed: [published(Revenue, [{ day: "2024-03-01", amount: 7 }])],
      partition: "2024-03-04"
    })
    expect(rows).toStrictEqual([
      { day: "2024-03-01", amount: 7 },
      { day: "2024-03-04", amount: 8 }
    ])
  })
)

// Regression: one call made the whole range, which no run does by this policy.
it.effect("a test that names the partitions of several calls is refused", () =>
  Effect.gen(function* () {
    const one = Partitions.daily("days", { start: "2024-03-01" })
    const calls: Array<string> = []
    const made = (policy: "each" | { readonly batches: number }) =>
      tableAsset(Orders, {
        partitions: one,
        policy,
        rows: (_, __, { first, last }) => {
          calls.push(`${first}..${last}`)
          return []
        }
      })
    const told = (policy: "each" | { readonly batches: number }, partition: string) =>
      Effect.map(Effect.exit(materializeForTest(made(policy), {}, { partition })), (exit) =>
        Exit.isFailure(exit) ? Cause.pretty(exit.cause).split("\n")[0] : "made"
      )
    expect([
      yield* told("each", "2024-03-01..2024-03-03"),
      yield* told({ batches: 2 }, "2024-03-01..2024-03-03"),
      yield* told({ batches: 2 }, "2024-03-01,2024-03-05"),
      yield* told("each", "2024-03-02"),
      yield* told({ batches: 2 }, "2024-03-01..2024-03-02")
    ]).toStrictEqual([
      "Error: materializeForTest(orders): its policy makes 2024-03-01..2024-03-03 in 3 calls. Name the partitions of one call, such as 2024-03-01.",
      "Error: materializeForTest(orders): its policy makes 2024-03-01..2024-03-03 in 2 calls. Name the partitions of one call, such as 2024-03-01.",
      "Error: materializeForTest(orders): its policy makes 2024-03-01,2024-03-05 in 2 calls. Name the partitions of one call, such as 2024-03-01.",
      "made",
      "made"
    ])
    expect(calls).toStrictEqual(["2024-03-02..2024-03-02", "2024-03-01..2024-03-02"])
  })
)

it.effect("a test that names no partition, or another one than there is, says so", () =>
  Effect.gen(function* () {
    const problemOf = (partition?: string) =>
      Effect.map(
        Effect.sandbox(materializeForTest(orders, {}, partition === undefined ? {} : { partition })).pipe(Effect.flip),
        (cause) => /materializeForTest.*?\./.exec(Cause.pretty(cause))?.[0]
      )
    expect([yield* problemOf(), yield* problemOf("2024-02-01")]).toStrictEqual([
      "materializeForTest(orders): it is cut by days.",
      "materializeForTest(orders): 2024-02-01 is before the first partition, 2024-03-01."
    ])
  })
)
