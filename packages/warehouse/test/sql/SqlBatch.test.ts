import { expect, it } from "@effect/vitest"
import * as SqlBatch from "@sluice/warehouse/sql/SqlBatch"
import * as FastCheck from "effect/FastCheck"

const sizes = (
  limits: { readonly maxParameters: number; readonly maxBytes: number },
  rows: ReadonlyArray<ReadonlyArray<string | number>>
) => SqlBatch.batches(limits, rows, (row) => row).map((batch) => batch.length)

it("a batch has at most 500 rows", () => {
  const rows = Array.from({ length: 1_100 }, (_, index) => [index])
  expect(sizes({ maxParameters: 10_000, maxBytes: 1_000_000 }, rows)).toStrictEqual([500, 500, 100])
})

it("a batch has no more placeholders than the dialect allows", () => {
  const rows = Array.from({ length: 7 }, (_, index) => [index, index, index])
  expect(sizes({ maxParameters: 10, maxBytes: 1_000_000 }, rows)).toStrictEqual([3, 3, 1])
})

it("a batch has no more bytes than the dialect allows, but for a row that is longer alone", () => {
  const rows = [["x".repeat(20)], ["x".repeat(500)], ["x".repeat(20)], ["x".repeat(10)]]
  expect(sizes({ maxParameters: 100, maxBytes: 100 }, rows)).toStrictEqual([1, 1, 2])
})

it("batches hold every row once, in order", () => {
  FastCheck.assert(
    FastCheck.property(
      FastCheck.array(FastCheck.array(FastCheck.string({ maxLength: 50 }), { minLength: 2, maxLength: 2 }), {
        maxLength: 50
      }),
      FastCheck.integer({ min: 1, max: 40 }),
      FastCheck.integer({ min: 1, max: 400 }),
      (rows, maxParameters, maxBytes) => {
        expect(SqlBatch.batches({ maxParameters, maxBytes }, rows, (row) => row).flat()).toStrictEqual(rows)
      }
    )
  )
})
