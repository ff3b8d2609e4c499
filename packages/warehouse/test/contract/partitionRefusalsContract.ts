import { expect, layer } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Options } from "./readingContract.ts"
import { days, march, marksOf, orders, ordersTable, replace, rowsOf, seen, slice, spaceOf } from "./slices.ts"
import { breaking, inStep, readAll, stalling, tablesIn } from "./support.ts"

/** Every warehouse refuses rows, tables and declarations of partitions like this. It needs a fresh one. */
export const partitionRefusalsContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, refused partitions`,
    (it) => {
      const tables = tablesIn(options.listTables)

      it.effect("rows outside of the slice fail it, and the message says how many there are and where", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_outside")
          yield* replace(table, march("3"), orders("3a"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const error = yield* Effect.flip(
            replace(table, march("3"), [
              ...orders("3x 4y 4z 5v 6u 7t 8s"),
              { id: "early", ordered_at: "2024-02-29T23:59:59.999Z", amount: 1 }
            ])
          )
          expect([error._tag === "WarehouseFailed" && error.reason, error.message]).toStrictEqual([
            "RowRejected",
            "Could not publish cut_outside: 7 rows are outside of the partitions that this step makes: 2 in 2024-03-04, 1 in 2024-03-05, 1 in 2024-03-06, 2 in 2 other partitions, 1 in no partition of days. Return only the rows of the given partitions, or make those partitions too; the rows that were there stay."
          ])
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("rows outside of the slice can be left out, and are told by partition", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_leave")
          const early = { id: "early", ordered_at: "2024-02-29T23:59:59.999Z", amount: 1 } as const
          const { metadata, outside } = yield* replace(table, march("3"), [...orders("3x 5y 5z 7v"), early], {
            outside: "leave"
          })
          expect([yield* seen(table), metadata["rows"], metadata["rows_left_out"]]).toStrictEqual(["3x", 1, 4])
          expect([...Slice.make(spaceOf(days), outside.runs).keys]).toStrictEqual(["2024-03-05", "2024-03-07"])
          expect([outside.rows, outside.elsewhere]).toStrictEqual([4, 1])
        })
      )

      it.effect("a row without a value in the partition column is refused, even if the column is nullable", () =>
        Effect.gen(function* () {
          const table = Table.make("cut_null", {
            description: "Orders that may have no time.",
            columns: { id: Column.text(40), ordered_at: Column.nullable(Column.timestamp) },
            primaryKey: ["id"],
            partitionBy: "ordered_at"
          })
          const error = yield* Effect.flip(
            replace(table, march("3"), [
              { id: "a", ordered_at: "2024-03-03T00:00:00.000Z" },
              { id: "b", ordered_at: null }
            ])
          )
          expect([error._tag === "WarehouseFailed" && error.reason, error.message]).toStrictEqual([
            "RowRejected",
            'Could not publish cut_null: "ordered_at" of row 1 (counted from 0) is null, so the row is in no partition. Give it a value, or leave the row out; the rows that were there stay.'
          ])
        })
      )

      it.effect("a value that is no time, and a key that another partition has, are refused", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_rejected")
          yield* replace(table, march("3"), orders("3a"))
          yield* replace(table, march("4"), orders("4b"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const none = { id: "x", ordered_at: "2024-03-03T25:00:00.000Z", amount: 1 } as const
          const errors = [
            yield* Effect.flip(replace(table, march("3"), [none])),
            yield* Effect.flip(replace(table, march("3"), orders("3c 3b"))),
            yield* Effect.flip(replace(table, march("3"), orders("3c 3c")))
          ]
          expect(errors.map((error) => error._tag === "WarehouseFailed" && error.reason)).toStrictEqual([
            "RowRejected",
            "RowRejected",
            "RowRejected"
          ])
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("a row that moves while its old partition has it is refused, with the partition and what to do", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_moved")
          yield* replace(table, march("3"), orders("3a 3e 3f"))
          yield* replace(table, march("4..8"), orders("4b 5c 6d 7g"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const refused = Effect.fnUntraced(function* (...[of, rows]: readonly [Slice.Slice, string]) {
            const error = yield* Effect.flip(replace(table, of, orders(rows)))
            return [error._tag === "WarehouseFailed" && error.reason, error.message]
          })
          const text = (which: string, made: string) => [
            "RowRejected",
            `Could not publish cut_moved: ${which}. Its primary key ("id") lacks "ordered_at", so a row cannot be in two partitions. Add "ordered_at" to the primary key, or make ${made} again first; the rows that were there stay.`
          ]
          expect([yield* refused(march("8"), "8b 8x"), yield* refused(march("8"), "8a 8b 8c 8d 8e 8f 8g")]).toStrictEqual([
            text("1 row has a key that the table already has, in 2024-03-04", "2024-03-04"),
            text(
              "7 rows have keys that the table already has, in 2024-03-03, 2024-03-04, 2024-03-05 and 2 more",
              "2024-03-03, 2024-03-04, 2024-03-05 and 2 more"
            )
          ])
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
          yield* replace(table, march("4"), [])
          yield* replace(table, march("8"), orders("8b 8x"))
          yield* replace(table, march("3", "5"), orders("3c 5a"))
          expect(yield* seen(table)).toBe("3c 5a 6d 7g 8b 8x")
        })
      )

      it.effect("a row with the key of one that is in no partition any more is refused, and names prune", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_orphaned")
          yield* replace(table, march("3"), orders("3a"))
          const later = Partitions.daily("days", { start: "2024-03-10" })
          const error = yield* Effect.flip(replace(table, slice(later, "2024-03-12"), orders("12a")))
          expect(error.message).toBe(
            'Could not publish cut_orphaned: 1 row has a key that the table already has, in no partition of days. Its primary key ("id") lacks "ordered_at", so a row cannot be in two partitions. Add "ordered_at" to the primary key, or run `sluice partitions prune cut_orphaned` first; the rows that were there stay.'
          )
        })
      )

      it.effect("checks see the staged rows and the rows that the partitions had; what they refuse changes nothing", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const table = ordersTable("cut_checked")
          yield* replace(table, march("3..5"), orders("3a 3b 4c 5d"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const found: Array<unknown> = []
          const staged: StepContext.Service["staged"] = (relation, counted) =>
            Effect.gen(function* () {
              const { rows } = yield* Effect.orDie(reader.query(`SELECT COUNT(*), MIN(id) FROM ${relation}`, "pipeline"))
              found.push(
                rows.map(([count, id]) => [Number(count), id]),
                counted
              )
              found.push(yield* Effect.orDie(reader.measure((quote) => `SELECT COUNT(*) FROM ${quote(relation)}`)))
              return yield* new CheckFailed({ asset: table.name, checks: ["refused"], staged: true })
            })
          const error = yield* Effect.flip(replace(table, march("3..4"), orders("3x"), { staged }))
          expect(error).toStrictEqual(new CheckFailed({ asset: table.name, checks: ["refused"], staged: true }))
          expect(found).toStrictEqual([[[1, "x"]], { rows: 1, before: 3 }, [1]])
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("rows that fail, and an interruption, leave the old rows and nothing that stops the next replacement", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const table = ordersTable("cut_interrupted")
          yield* replace(table, march("3"), orders("3a"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const failing = inStep(warehouse.replacePartitions(table, march("3"), breaking(orders("3b 3c"))))
          expect((yield* Effect.flip(failing))._tag).toBe("SpillFailed")
          const reached = yield* Deferred.make<void>()
          const stuck = inStep(warehouse.replacePartitions(table, march("3"), stalling(orders("3b 3c"), reached)))
          const fiber = yield* Effect.fork(stuck)
          yield* Deferred.await(reached)
          yield* replace(table, march("4"), [])
          yield* Fiber.interrupt(fiber)
          expect([yield* readAll(table), (yield* marksOf(table)).slice(0, 1), yield* tables]).toStrictEqual(before)
          yield* replace(table, march("3"), orders("3z"))
          expect(yield* seen(table)).toBe("3z")
        })
      )

      it.effect("a table with rows in no partition is not cut", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const table = ordersTable("cut_not")
          const early = { id: "early", ordered_at: "2024-02-29T23:59:59.999Z", amount: 1 } as const
          yield* inStep(warehouse.publish(table, Dataset.fromArray([...orders("3a"), ...rowsOf([early])])))
          const counted = yield* warehouse.cutInto(table, spaceOf(days), { adopt: false })
          expect(counted).toStrictEqual({ partitions: [["2024-03-03", 1]], elsewhere: 1 })
          const error = yield* Effect.flip(warehouse.cutInto(table, spaceOf(days), { adopt: true }))
          expect([error.reason, error.message, yield* marksOf(table)]).toStrictEqual([
            "RowRejected",
            "Could not cut cut_not into partitions: 1 row is in no partition of days. Extend the set, delete the row, or run `sluice partitions reset cut_not` and make all partitions again. Nothing was written.",
            []
          ])
        })
      )

      it.effect("a table of another declaration is not written into", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_drift")
          yield* replace(table, march("3"), orders("3a"))
          const more = Table.make("cut_drift", {
            description: "Orders with a note.",
            columns: { ...table.columns, note: Column.nullable(Column.text(10)) },
            primaryKey: ["id"],
            partitionBy: "ordered_at"
          })
          const error = yield* Effect.flip(
            replace(
              more,
              march("4"),
              orders("4b").map((row) => ({ ...row, note: null }))
            )
          )
          expect([error._tag === "WarehouseFailed" && error.reason, error.message]).toStrictEqual([
            "Drift",
            'Could not publish cut_drift: the table in the store has no column "note": its other partitions were made for another declaration. Run `sluice partitions reset cut_drift`, and make all partitions again. Nothing was written.'
          ])
          expect(yield* seen(table)).toBe("3a")
        })
      )

      it.effect("a table that cannot be cut by the set is refused, with what to write", () =>
        Effect.gen(function* () {
          const hours = Partitions.hourly("hours", { start: "2024-03-01T00" })
          const byDay = Table.make("cut_wrong", {
            description: "Rows by day.",
            columns: { id: Column.text(40), day: Column.day },
            primaryKey: ["id"],
            partitionBy: "day"
          })
          const whole = Table.make("cut_wrong", {
            description: "Rows.",
            columns: { id: Column.text(40) },
            primaryKey: ["id"]
          })
          const errors = [
            yield* Effect.flip(replace(byDay, slice(hours, "2024-03-01T00"), [])),
            yield* Effect.flip(replace(whole, march("1"), []))
          ]
          expect(errors.map(({ message }) => message)).toStrictEqual([
            'Could not publish cut_wrong: The windows of hours are shorter than a day, so "day" does not tell them apart. Name a column of Column.timestamp.',
            'Could not publish cut_wrong: The table cut_wrong does not name the column that says which partition of days a row is in. Write partitionBy: "…" in Table.make.'
          ])
        })
      )
    }
  )
