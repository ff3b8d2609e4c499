import { expect, layer } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import * as Stored from "@sluice/core/partition/Stored"
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

/** Every warehouse replaces partitions like this. It needs a fresh one. */
export const partitionsContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, partitions`,
    (it) => {
      const tables = tablesIn(options.listTables)

      it.effect("exactly the rows of a partition are replaced, and its mark is written with them", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_exact")
          yield* replace(table, march("3"), orders("3a 3b"), { runId: "first" })
          yield* replace(table, march("4"), orders("4c 4d"), { runId: "second" })
          const { metadata, outside, relation } = yield* replace(table, march("3"), orders("3a7 3e"), { runId: "third" })
          expect(yield* seen(table)).toBe("3a7 3e 4c 4d")
          expect(yield* marksOf(table)).toStrictEqual(["2024-03-03 third 2", "2024-03-04 second 2"])
          expect(yield* marksOf(table, "second")).toStrictEqual(["2024-03-04 second 2"])
          expect((yield* (yield* WarehouseReader).marks).get("cut_exact")).toStrictEqual({ runId: "third", rows: 4 })
          expect([relation, metadata["rows"], outside.rows, outside.elsewhere]).toStrictEqual([table, 2, 0, 0])
        })
      )

      it.effect("the same rows twice are the same table", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_twice")
          for (const day of ["3", "4"])
            yield* replace(table, march(day), orders(`${day}a${day} ${day}b${day}`.replaceAll("4a4 4b4", "4c 4d")))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          yield* replace(table, march("3"), orders("3a3 3b3"))
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("a slice with gaps replaces its partitions at once, also those without rows", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_range")
          yield* replace(table, march("1..6"), orders("1a 2b 3c 4d 5e 6f"))
          yield* replace(table, march("1..3", "5"), orders("3x 5y 5z"), { runId: "again" })
          expect(yield* seen(table)).toBe("3x 4d 5y 5z 6f")
          expect(yield* marksOf(table)).toStrictEqual([
            "2024-03-01 again 0",
            "2024-03-02 again 0",
            "2024-03-03 again 1",
            "2024-03-04 run 1",
            "2024-03-05 again 2",
            "2024-03-06 run 1"
          ])
        })
      )

      it.effect("a product is cut by a column for each dimension", () =>
        Effect.gen(function* () {
          const regions = Partitions.fixed("regions", ["eu", "us", "a|b"])
          const both = Partitions.product("day_region", { day: days, region: regions })
          const table = Table.make("cut_product", {
            description: "Orders by day and region.",
            columns: { id: Column.text(40), ordered_on: Column.day, region: Column.text(10) },
            primaryKey: ["id"],
            partitionBy: { day: "ordered_on", region: "region" }
          })
          const row = (id: string, day: number, region: string) => ({ id, ordered_on: `2024-03-0${day}` as const, region })
          yield* replace(table, slice(both, "2024-03-03|eu..2024-03-04|eu"), [row("a", 3, "eu"), row("b", 4, "eu")])
          yield* replace(table, slice(both, "2024-03-03|us", "2024-03-03|a%7Cb"), [row("c", 3, "us"), row("d", 3, "a|b")])
          yield* replace(table, slice(both, "2024-03-03|a%7Cb"), [row("e", 3, "a|b")], { runId: "again" })
          expect((yield* readAll(table)).map(({ id }) => id)).toStrictEqual(["a", "b", "c", "e"])
          expect(yield* marksOf(table)).toStrictEqual([
            "2024-03-03|a%7Cb again 1",
            "2024-03-03|eu run 1",
            "2024-03-03|us run 1",
            "2024-03-04|eu run 1"
          ])
          const error = yield* Effect.flip(
            replace(table, slice(both, "2024-03-03|eu"), [row("x", 3, "us"), row("y", 3, "xx")])
          )
          expect(error.message).toBe(
            "Could not publish cut_product: 2 rows are outside of the partitions that this step makes: 1 in 2024-03-03|us, 1 in no partition of day_region. Return only the rows of the given partitions, or make those partitions too; the rows that were there stay."
          )
        })
      )

      it.effect("integers are the keys of a fixed set, such as mask ids", () =>
        Effect.gen(function* () {
          const cities = Partitions.fixed("cities", ["7", "70", "8"])
          const table = Table.make("cut_numbers", {
            description: "Rows by number.",
            columns: { id: Column.text(40), city_id: Column.integer },
            primaryKey: ["id"],
            partitionBy: "city_id"
          })
          yield* replace(table, slice(cities, "7..70"), [
            { id: "a", city_id: 7 },
            { id: "b", city_id: 70 }
          ])
          yield* replace(table, slice(cities, "8"), [{ id: "c", city_id: 8 }])
          yield* replace(table, slice(cities, "7"), [{ id: "d", city_id: 7 }], { runId: "again" })
          expect((yield* readAll(table)).map(({ city_id, id }) => `${id}${city_id}`)).toStrictEqual(["b70", "c8", "d7"])
          expect(yield* marksOf(table)).toStrictEqual(["7 again 1", "70 run 1", "8 run 1"])
        })
      )

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

      it.effect("many rows, in many partitions, are the same as few", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_many")
          const many = (id: string, count: number) =>
            Array.from({ length: count }, (_, at) => {
              const minute = String(at % 60).padStart(2, "0")
              return { id: `${id}${at}`, ordered_at: `2024-03-0${1 + (at % 4)}T10:${minute}:00.000Z`, amount: at } as const
            })
          yield* replace(table, march("1..4"), many("x", 40_000))
          const { metadata } = yield* replace(
            table,
            march("2"),
            many("y", 40_000).filter((_, at) => at % 4 === 1),
            {
              runId: "again"
            }
          )
          expect(yield* marksOf(table)).toStrictEqual([
            "2024-03-01 run 10000",
            "2024-03-02 again 10000",
            "2024-03-03 run 10000",
            "2024-03-04 run 10000"
          ])
          expect(metadata["rows"]).toBe(10_000)
          const { rows } = yield* (yield* WarehouseReader).query(
            "SELECT SUBSTR(id, 1, 1), COUNT(*), SUM(amount) FROM cut_many GROUP BY SUBSTR(id, 1, 1) ORDER BY 1",
            "pipeline"
          )
          expect(rows.map(([id, ...counts]) => [id, ...counts.map(Number)])).toStrictEqual([
            ["x", 30_000, 599_990_000],
            ["y", 10_000, 199_990_000]
          ])
        })
      )

      it.effect("different partitions that are replaced at once are all there; of the same one, the last wins whole", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_at_once")
          yield* Effect.forEach(
            Array.from({ length: 20 }, (_, at) => at + 1),
            (day) => replace(table, march(String(day)), orders(`${day}${String.fromCharCode(96 + day)}`)),
            { concurrency: "unbounded" }
          )
          expect((yield* readAll(table)).length).toBe(20)
          expect((yield* (yield* WarehouseReader).marks).get(table.name)).toStrictEqual({ runId: "run", rows: 20 })
          const versions = Array.from({ length: 8 }, (_, at) => at + 2)
          yield* Effect.forEach(
            versions,
            (version) => replace(table, march("25"), orders(`25y${version} 25z${version}`), { runId: `v${version}` }),
            { concurrency: "unbounded" }
          )
          const last = (yield* readAll(table)).filter(({ ordered_at }) => ordered_at.startsWith("2024-03-25"))
          const [mark = ""] = (yield* marksOf(table)).filter((found) => found.startsWith("2024-03-25"))
          expect(last.map(({ amount }) => `2024-03-25 v${amount} 2`)).toStrictEqual([mark, mark])
        })
      )

      it.effect("readers see all old or all new rows of a slice", () =>
        Effect.gen(function* () {
          const table = ordersTable("cut_reading")
          const version = (amount: number) =>
            Array.from({ length: 2_000 }, (_, at) => ({
              id: `${at}`,
              ordered_at: `2024-03-0${1 + (at % 3)}T12:00:00.000Z` as const,
              amount
            }))
          yield* replace(table, march("1..3"), version(0))
          const views: Array<ReadonlyArray<number>> = []
          const look = Effect.map(readAll(table), (rows) => views.push([...new Set(rows.map(({ amount }) => amount))]))
          const reader = yield* Effect.fork(Effect.forever(look))
          for (const amount of [1, 2, 3, 4]) yield* replace(table, march("1..3"), version(amount))
          yield* look
          yield* Fiber.interrupt(reader)
          expect(views.filter((seen) => seen.length !== 1)).toStrictEqual([])
          expect(views.at(-1)).toStrictEqual([4])
        })
      )

      it.effect(
        "a table that was published whole is refused until it is cut, and whole again when it is published whole",
        () =>
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const table = ordersTable("cut_adopted")
            yield* inStep(warehouse.publish(table, Dataset.fromArray(orders("3a 3b 5c"))))
            const refused = yield* Effect.flip(replace(table, march("3"), orders("3x")))
            expect(refused.message).toBe(
              "Could not publish cut_adopted: it has rows and no partitions yet: it was published whole. Run `sluice partitions adopt cut_adopted`, which cuts the rows into partitions (--dry-run counts them first), or `sluice partitions reset cut_adopted` to begin anew. Nothing was written."
            )
            const cut = {
              partitions: [
                ["2024-03-03", 2],
                ["2024-03-05", 1]
              ],
              elsewhere: 0
            }
            expect(yield* warehouse.cutInto(table, spaceOf(days), { adopt: false })).toStrictEqual(cut)
            expect(yield* marksOf(table)).toStrictEqual([])
            expect(yield* warehouse.cutInto(table, spaceOf(days), { adopt: true })).toStrictEqual(cut)
            expect(yield* marksOf(table)).toStrictEqual(["2024-03-03 contract 2", "2024-03-05 contract 1"])
            yield* replace(table, march("3"), orders("3x"))
            expect(yield* seen(table)).toBe("3x 5c")
            yield* inStep(warehouse.publish(table, Dataset.fromArray(orders("9z"))))
            expect([yield* seen(table), yield* marksOf(table)]).toStrictEqual(["9z", []])
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
          expect((yield* (yield* WarehouseReader).marks).get(table.name)).toStrictEqual({ runId: "run", rows: 3 })
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
