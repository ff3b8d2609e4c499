import { expect, it } from "@effect/vitest"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type { OutsideRows } from "@sluice/warehouse/assets/OutsideRows"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

const days = Partitions.daily("days", { start: "2024-08-01" })
const Orders = Table.make("orders", {
  description: "",
  columns: { order_id: Column.text(10), ordered_on: Column.day },
  primaryKey: ["order_id"],
  partitionBy: "ordered_on"
})
const rows = Table.rows(Orders, [
  { order_id: "1", ordered_on: "2024-08-02" },
  { order_id: "2", ordered_on: "2024-08-01" },
  { order_id: "3", ordered_on: "2024-07-31" }
])

const made = (outside?: OutsideRows) => {
  const orders = tableAsset(Orders, {
    partitions: days,
    ...(outside === undefined ? {} : { outside }),
    rows: () => rows
  })
  return Effect.map(
    Effect.either(materializeForTest(orders, {}, { partition: "2024-08-02" })),
    Either.map(({ events, metadata, rows }) => ({
      ids: rows.map(({ order_id }) => order_id),
      late: metadata["late_rows"],
      stale: events.flatMap((event) => (event._tag === "PartitionsLate" ? [[event.partitions.cells, event.rows]] : []))
    }))
  )
}

it.effect("rows outside of the partition fail the step, unless the asset says otherwise", () =>
  Effect.gen(function* () {
    const refused = yield* made()
    expect(Either.isLeft(refused) ? refused.left.message : "").toContain("2 rows")
    expect(yield* made("leave")).toStrictEqual(Either.right({ ids: ["1"], late: undefined, stale: [] }))
    expect(yield* made("warn")).toStrictEqual(Either.right({ ids: ["1"], late: 2, stale: [] }))
    expect(yield* made("remake")).toStrictEqual(Either.right({ ids: ["1"], late: 2, stale: [[{ "": [19936, 19936] }, 1]] }))
  })
)
