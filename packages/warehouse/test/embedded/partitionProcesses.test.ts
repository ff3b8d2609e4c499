import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { march, marksOf, ordersTable, replace, seen } from "../contract/slices.ts"
import { bundleChild, startChild } from "./childProcess.ts"
import { executeOn, StoreDirectory, temporaryDirectory, withStores } from "./stores.ts"

const setUp = Effect.gen(function* () {
  const root = yield* temporaryDirectory
  return {
    directory: join(root, "store"),
    bundle: yield* bundleChild(root, new URL("./partitions.child.ts", import.meta.url))
  }
})

const table = ordersTable("killed")
const storeFiles = ["history.db", "public.db", "sensitive.db"]

/** The days with rows, as `day amount rows`, and the marks. */
const state = Effect.gen(function* () {
  const { rows } = yield* (yield* WarehouseReader).query(
    "SELECT CAST(substr(ordered_at, 9, 2) AS INTEGER), amount, COUNT(*) FROM killed GROUP BY 1, 2 ORDER BY 1, 2",
    "pipeline"
  )
  return { days: rows.map((row) => row.join(" ")), marks: yield* marksOf(table) }
})

for (const rows of ["10", "3000"]) {
  it.scopedLive(
    `a process that is killed between staging ${rows} rows and its commit leaves the old rows and marks, and nothing else`,
    () =>
      Effect.gen(function* () {
        const { bundle, directory } = yield* setUp
        yield* (yield* startChild(bundle, [directory, "1", "3", rows, "1"])).ended
        const child = yield* startChild(bundle, [directory, "2", "2", rows, "2", "stall"])
        yield* child.staged
        yield* child.kill
        const marks = [1, 2, 3].map((day) => `2024-03-0${day} run-1 ${rows}`)
        const days = [1, 2, 3].map((day) => `${day} 1 ${rows}`)
        yield* Effect.gen(function* () {
          expect(yield* state).toStrictEqual({ days, marks })
          yield* replace(table, march("2"), [])
          expect(readdirSync(directory).sort()).toStrictEqual(storeFiles)
          const reader = yield* WarehouseReader
          const { rows: found } = yield* reader.query("SELECT name FROM sqlite_master WHERE type = 'table'", "pipeline")
          expect(found).toStrictEqual([["killed"]])
        }).pipe(withStores(directory))
      }),
    60_000
  )
}

it.scopedLive(
  "a process that is killed at any moment leaves each partition old or new, with the mark of its rows",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      yield* (yield* startChild(bundle, [directory, "1", "9", "20", "1"])).ended
      for (const amount of [2, 3, 4]) {
        const child = yield* startChild(bundle, [directory, "1", "9", "20", String(amount)])
        yield* child.staged
        yield* Effect.sleep(yield* Random.nextIntBetween(0, 200))
        yield* child.kill
        const { days, marks } = yield* withStores(directory)(state)
        expect(days.length).toBe(9)
        expect(days.map((day) => day.replace(/^(\d+) (\d+)/, "2024-03-0$1 run-$2"))).toStrictEqual(marks)
      }
    }),
  120_000
)

it.scopedLive(
  "processes that replace different partitions of one table at once all succeed, and the table has all of them",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      const children = yield* Effect.forEach([1, 2, 3], (at) =>
        startChild(bundle, [directory, String(at * 9 - 8), String(at * 9), "20", String(at)])
      )
      expect(yield* Effect.forEach(children, (child) => child.ended)).toStrictEqual(children.map(() => [0, ""]))
      const { days, marks } = yield* withStores(directory)(state)
      expect([days.length, marks.length]).toStrictEqual([27, 27])
    }),
  60_000
)

it.scopedLive("if the marks cannot be written, the rows are not", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    yield* Effect.gen(function* () {
      yield* replace(table, march("3"), [{ id: "a", ordered_at: "2024-03-03T12:00:00.000Z", amount: 1 }])
      yield* Effect.provideService(
        executeOn("sensitive.db")(
          "CREATE TRIGGER refuse BEFORE UPDATE ON sluice_partition_marks BEGIN SELECT RAISE(ABORT, 'no'); END"
        ),
        StoreDirectory,
        directory
      )
      yield* Effect.flip(replace(table, march("3"), [{ id: "b", ordered_at: "2024-03-03T12:00:00.000Z", amount: 1 }]))
      expect([yield* seen(table), yield* marksOf(table)]).toStrictEqual(["3a", ["2024-03-03 run 1"]])
    }).pipe(withStores(directory))
  })
)
