import { expect, layer } from "@effect/vitest"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Stored from "@sluice/core/partition/Stored"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Options } from "./readingContract.ts"
import { days, march, marksOf, orders, ordersTable, replace, seen, slice, spaceOf } from "./slices.ts"
import { readAll } from "./support.ts"

/** Every warehouse keeps and removes the marks of partitions like this. It needs a fresh one. */
export const partitionMarksContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, marks of partitions`,
    (it) => {
      it.effect("partitions are removed with their marks, also those that the set no longer has", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const table = ordersTable("cut_removed")
          yield* replace(table, march("1..6"), orders("1a 2b 3c 4d 5e 6f 6g"))
          const later = spaceOf(Partitions.daily("days", { start: "2024-03-04" }))
          const stored = Stored.of(spaceOf(days), march("1..2", "6").runs)
          expect(yield* warehouse.removePartitions(table, later, stored)).toBe(4)
          expect(yield* seen(table)).toBe("3c 4d 5e")
          expect((yield* marksOf(table)).map((mark) => mark.slice(0, 10))).toStrictEqual([
            "2024-03-03",
            "2024-03-04",
            "2024-03-05"
          ])
          expect((yield* (yield* WarehouseReader).marks).get(table.name)).toStrictEqual({
            runId: "run",
            rows: 3,
            partitions: 3
          })
        })
      )

      it.effect("the keys of a product are removed where a fixed set no longer has them", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const table = Table.make("cut_removed_keys", {
            description: "Rows by day and region.",
            columns: { id: Column.text(40), day: Column.day, region: Column.text(10) },
            primaryKey: ["id"],
            partitionBy: { day: "day", region: "region" }
          })
          const of = (...regions: ReadonlyArray<string>) =>
            Partitions.product("day_region", { day: days, region: Partitions.fixed("regions", regions) })
          const row = (id: string, day: number, region: string) => ({ id, day: `2024-03-0${day}` as const, region })
          const rows = [row("a", 3, "eu"), row("b", 3, "us"), row("c", 4, "us"), row("d", 5, "us")]
          const before = of("us", "eu")
          yield* replace(table, slice(before, "2024-03-03|us..2024-03-05|us", "2024-03-03|eu"), rows)
          const stored = Stored.of(spaceOf(before), slice(before, "2024-03-03|us..2024-03-04|us").runs)
          expect(yield* warehouse.removePartitions(table, spaceOf(of("eu")), stored)).toBe(2)
          expect((yield* readAll(table)).map(({ id }) => id)).toStrictEqual(["a", "d"])
          expect(yield* marksOf(table)).toStrictEqual(["2024-03-03|eu run 1", "2024-03-05|us run 1"])
        })
      )

      it.effect("the rows that a partition had are those of its mark, and the table's rows are counted along", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_counted")
          const counts: Array<unknown> = []
          const staged: StepContext.Service["staged"] = (_, counted) => Effect.sync(() => void counts.push(counted))
          for (const [day, text] of [
            ["3", "3a 3b"],
            ["4", "4c"],
            ["3", "3d 3e 3f"],
            ["4", ""]
          ] as const) {
            yield* replace(table, march(day), orders(text), { staged })
          }
          expect(counts).toStrictEqual([
            { rows: 2, before: 0 },
            { rows: 1, before: 0 },
            { rows: 3, before: 2 },
            { rows: 0, before: 1 }
          ])
          const { marks } = yield* WarehouseReader
          expect((yield* marks).get(table.name)?.rows).toBe(3)
        })
      )
    }
  )
