import { expect, layer } from "@effect/vitest"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as StoredSlices from "@sluice/warehouse/assets/StoredSlices"
import * as Freshness from "@sluice/warehouse/checks/Freshness"
import * as RowChecks from "@sluice/warehouse/checks/RowChecks"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { march, replace } from "./slices.ts"

const Visits = Table.make("checked_visits", {
  description: "Who came on a day.",
  columns: {
    id: Column.integer,
    day: Column.day,
    kind: Column.text(10),
    note: Column.nullable(Column.text(10)),
    before_id: Column.nullable(Column.integer)
  },
  primaryKey: ["id"],
  partitionBy: "day"
})

const checks = [
  RowChecks.notNull(Visits, ["note"]),
  RowChecks.unique(Visits, ["kind"]),
  RowChecks.acceptedValues(Visits, "kind", ["new", "old"]),
  RowChecks.foreignKey(Visits, { before_id: "id" }, Visits),
  RowChecks.noRows(Visits, "id_small", { description: "Ids are small.", where: (column) => `${column("id")} > 3` }),
  Freshness.freshness(Visits, "day", "1 day"),
  rowCount(Visits)
]

/** Every store checks the stored rows of partitions like this. It needs a fresh one. */
export const partitionChecksContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<WarehousePorts, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: checks of partitions`,
    (it) => {
      it.effect("read the rows of the partition and no others, and all rows of other relations", () =>
        Effect.gen(function* () {
          const row = (id: number, day: string, kind: string, note: string | null, before_id: number | null) => ({
            ...{ id, day, kind, note, before_id }
          })
          yield* replace(Visits, march("3"), [row(1, "2024-03-03", "new", "a", null), row(2, "2024-03-03", "old", "a", 1)])
          yield* replace(Visits, march("4"), [
            row(3, "2024-03-04", "new", "a", 1),
            row(4, "2024-03-04", "new", null, 9),
            row(5, "2024-03-04", "odd", "a", null)
          ])
          const slices = StoredSlices.of(Visits)
          const rows = yield* slices.rows
          const outcomes = (day: string, written: number | undefined) =>
            Effect.forEach(checks, (check) =>
              Effect.map(slices.evaluate(check, march(day), written), ({ metadata, passed }) => [
                check.name,
                passed,
                ...Object.values(metadata)
              ])
            )
          expect(yield* outcomes("3", rows.get("2024-03-03"))).toStrictEqual([
            ["not_null_note", true, 2, 0],
            ["unique_kind", true, 2, 0, 0],
            ["accepted_kind", true, 2, 0],
            ["checked_visits_before_id_in_checked_visits", true, 2, 0],
            ["id_small", true, 2, 0],
            ["fresh_day", false, "1d"],
            ["row_count", true, 2]
          ])
          expect(yield* outcomes("4", 4)).toStrictEqual([
            ["not_null_note", false, 3, 1],
            ["unique_kind", false, 2, 1, 1],
            ["accepted_kind", false, 3, 1],
            ["checked_visits_before_id_in_checked_visits", false, 3, 1],
            ["id_small", false, 3, 2],
            ["fresh_day", false, "1d"],
            ["row_count", false, 3, 4]
          ])
        })
      )
    }
  )
