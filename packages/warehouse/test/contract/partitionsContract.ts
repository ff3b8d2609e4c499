import { expect, layer } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Options } from "./readingContract.ts"
import { days, march, marksOf, orders, ordersTable, replace, seen, slice, spaceOf } from "./slices.ts"
import { inStep, readAll, tablesIn } from "./support.ts"

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
          expect((yield* (yield* WarehouseReader).marks).get("cut_exact")).toStrictEqual({
            runId: "third",
            rows: 4,
            partitions: 2
          })
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
          expect((yield* (yield* WarehouseReader).marks).get(table.name)).toStrictEqual({
            runId: "run",
            rows: 20,
            partitions: 20
          })
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
    }
  )
