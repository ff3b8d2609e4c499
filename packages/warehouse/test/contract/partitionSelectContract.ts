import { expect, layer } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Slice } from "@sluice/core/partition/Slice"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type { Options as Outsiders, SelectingPartitions } from "@sluice/warehouse/PartitionedTables"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Options } from "./readingContract.ts"
import { days, march, marksOf, orders, ordersTable, replace, seen, slice } from "./slices.ts"
import { inStep, readAll, recordingStep, tablesIn } from "./support.ts"

const Source = ordersTable("cut_source")

/** Replaces partitions by a SELECT over the source's orders. */
const select = <T extends Table.Public>(
  table: T,
  of: Slice,
  sql: (source: string, store: SelectingPartitions) => string,
  options: Outsiders = {}
) =>
  Effect.gen(function* () {
    const { recorded, service } = recordingStep(table.name)
    const replaced = yield* Effect.provideService(
      (yield* Warehouse).replacePartitionsSelect(table, of, (store) => sql(store.nameOf(Source), store), options),
      StepContext,
      service
    )
    return { ...replaced, metadata: recorded.metadata }
  })

const ofWindow = (source: string, { window }: SelectingPartitions) =>
  `SELECT id, ordered_at, amount FROM ${source} WHERE ordered_at >= ${window.start} AND ordered_at < ${window.end}`

/** Every warehouse replaces partitions by a SELECT like this. It needs a fresh one. */
export const partitionSelectContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, partitions by SELECT`,
    (it) => {
      const tables = tablesIn(options.listTables)
      const published = Effect.gen(function* () {
        const rows = orders("1a 2b 3c 3d 4e 5f 6g")
        yield* inStep((yield* Warehouse).publish(Source, Dataset.fromArray(rows)))
      })

      it.effect("a SELECT replaces the rows of one partition and of a range, by the bounds of its windows", () =>
        Effect.gen(function* () {
          yield* published
          const table = ordersTable("cut_selected")
          yield* replace(
            table,
            march("1..6"),
            orders("1x 2x3 3y 4z 5w 6v").map((row) => ({ ...row, id: `${row.id}${row.ordered_at}` }))
          )
          const one = yield* select(table, march("3"), ofWindow)
          yield* select(table, march("5..6"), ofWindow)
          const found = yield* readAll(table)
          expect(found.filter(({ id }) => id.length === 1).map(({ id }) => id)).toStrictEqual(["c", "d", "f", "g"])
          expect(found.length).toBe(7)
          expect([one.relation, one.metadata["rows"], one.outside.rows]).toStrictEqual([table, 2, 0])
          expect((yield* marksOf(table)).map((mark) => mark.replace("2024-03-", ""))).toStrictEqual([
            "01 run 1",
            "02 run 1",
            "03 contract 2",
            "04 run 1",
            "05 contract 1",
            "06 contract 1"
          ])
        })
      )

      it.effect("a placeholder can be used twice, in any order, and its value is never part of the SQL", () =>
        Effect.gen(function* () {
          yield* published
          const table = ordersTable("cut_twice_bound")
          const seenSql: Array<string> = []
          yield* select(table, march("3..4"), (source, store) => {
            const { window } = store
            const sql = `SELECT id, ordered_at, amount FROM ${source} WHERE ordered_at < ${window.end} AND ordered_at >= ${window.start} AND ordered_at >= ${window.start}`
            seenSql.push(sql)
            return sql
          })
          expect(yield* seen(table)).toBe("3c 3d 4e")
          expect(seenSql[0]).not.toContain("2024")
        })
      )

      it.effect("local dates and keys are bound as their columns hold them", () =>
        Effect.gen(function* () {
          yield* published
          const both = Partitions.product("day_region", { day: days, region: Partitions.fixed("regions", ["e'u", "us"]) })
          const table = Table.make("cut_bound", {
            description: "The number of orders by day and region.",
            columns: { day: Column.day, region: Column.text(10), many: Column.integer },
            primaryKey: ["day", "region"],
            partitionBy: { day: "day", region: "region" }
          })
          yield* select(
            table,
            slice(both, "2024-03-03|e'u"),
            (source, { window }) =>
              `SELECT ${window.firstDay} AS day, ${window.key} AS region, COUNT(*) AS many FROM ${source} WHERE ordered_at >= ${window.start} AND ordered_at < ${window.end}`
          )
          yield* select(
            table,
            slice(both, "2024-03-04|us..2024-03-05|us"),
            (source, { window }) =>
              `SELECT SUBSTR(ordered_at, 1, 10) AS day, ${window.keyOf("region")} AS region, COUNT(*) AS many FROM ${source} WHERE SUBSTR(ordered_at, 1, 10) >= ${window.firstDay} AND SUBSTR(ordered_at, 1, 10) <= ${window.lastDay} GROUP BY SUBSTR(ordered_at, 1, 10)`
          )
          expect(yield* readAll(table)).toStrictEqual([
            { day: "2024-03-03", region: "e'u", many: 2 },
            { day: "2024-03-04", region: "us", many: 1 },
            { day: "2024-03-05", region: "us", many: 1 }
          ])
        })
      )

      it.effect("rows outside of the slice fail the SELECT, or are left out and told", () =>
        Effect.gen(function* () {
          yield* published
          const table = ordersTable("cut_select_outside")
          yield* replace(table, march("3"), orders("3z"))
          const before = [yield* readAll(table), yield* marksOf(table), yield* tables]
          const all = (source: string) => `SELECT id, ordered_at, amount FROM ${source}`
          const error = yield* Effect.flip(select(table, march("3..4"), all))
          expect(error.message).toBe(
            "Could not publish cut_select_outside: 4 rows are outside of the partitions that this step makes: 1 in 2024-03-01, 1 in 2024-03-02, 1 in 2024-03-05, 1 in 1 other partition. Return only the rows of the given partitions, or make those partitions too; the rows that were there stay."
          )
          expect([yield* readAll(table), yield* marksOf(table), yield* tables]).toStrictEqual(before)
          const { metadata, outside } = yield* select(table, march("3..4"), all, { outside: "leave" })
          expect(yield* seen(table)).toBe("3c 3d 4e")
          expect([metadata["rows"], metadata["rows_left_out"], outside.rows, outside.elsewhere]).toStrictEqual([3, 4, 4, 0])
        })
      )

      it.effect("a placeholder that the slice has no value for is refused, and so is a relation that is not named", () =>
        Effect.gen(function* () {
          yield* published
          const table = ordersTable("cut_select_refused")
          const errors = [
            yield* Effect.flip(
              select(table, march("3"), (source, { window }) => `SELECT ${window.key} AS id FROM ${source}`)
            ),
            yield* Effect.flip(select(table, march("3"), () => "SELECT id, ordered_at, amount FROM cut_nowhere"))
          ]
          expect(errors[0]?.message).toBe(
            "Could not publish cut_select_refused: its SELECT uses window.key, which the partitions days do not have. Use window.start, window.end, window.day, window.firstDay, window.lastDay. Nothing was run."
          )
          expect(errors[1]?._tag === "WarehouseFailed" && errors[1].reason).toBe("Missing")
          expect(yield* marksOf(table)).toStrictEqual([])
        })
      )

      it.effect("null in the partition column is refused", () =>
        Effect.gen(function* () {
          yield* published
          const table = Table.make("cut_select_null", {
            description: "Orders that may have no time.",
            columns: { id: Column.text(40), ordered_at: Column.nullable(Column.timestamp) },
            primaryKey: ["id"],
            partitionBy: "ordered_at"
          })
          const error = yield* Effect.flip(
            select(
              table,
              march("3"),
              (source) => `SELECT id, CASE WHEN id = 'c' THEN ordered_at END AS ordered_at FROM ${source}`
            )
          )
          expect(error.message).toBe(
            'Could not publish cut_select_null: 6 rows have no value in "ordered_at", and so are in no partition. Leave them out, or give them a value; the rows that were there stay.'
          )
        })
      )
    }
  )
