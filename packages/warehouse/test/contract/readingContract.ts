import { expect, layer } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as View from "@sluice/core/relation/View"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import {
  Everything,
  everythingRow,
  Numbers,
  numbers,
  numbersTable,
  publish,
  publishNumbers,
  readAll,
  tablesIn
} from "./support.ts"

export interface Options {
  readonly name: string
  /** A fresh warehouse. */
  readonly layer: Layer.Layer<WarehousePorts, WarehouseFailed>
  /** SQL that lists its tables, by name. */
  readonly listTables: string
  /** The `loaded_by` that a publish reports, if it does. */
  readonly loadedBy?: string
}

/** Every warehouse handles views, earlier publishes and queries like this. */
export const readingContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, reading`,
    (it) => {
      const tables = tablesIn(options.listTables)

      it.effect("a view answers from the tables as they are now, and is replaced by publishing it again", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          yield* publishNumbers(Numbers, numbers(12, 3))
          const columns = { version: Column.integer, many: Column.integer }
          const view = (having: string) =>
            View.make("contract_view", {
              description: "How many numbers a version has.",
              columns,
              on: [Numbers],
              select: () =>
                `SELECT version AS version, COUNT(*) AS many FROM contract_numbers GROUP BY version HAVING COUNT(*) ${having}`
            })
          yield* warehouse.publishView(view("> 0"))
          yield* publishNumbers(Numbers, numbers(13, 4))
          expect(yield* readAll(view("> 0"))).toStrictEqual([{ version: 13, many: 4 }])
          yield* warehouse.publishView(view("> 99"))
          expect(yield* readAll(view("> 99"))).toStrictEqual([])
        })
      )

      it.effect("a view over what is not there is Missing", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const broken = View.make("contract_broken", {
            description: "Reads nothing that exists.",
            columns: { id: Column.integer },
            on: [],
            select: () => "SELECT id FROM contract_nowhere"
          })
          const error = yield* Effect.flip(warehouse.publishView(broken))
          expect(error.reason).toBe("Missing")
        })
      )

      it.effect("the current time of a view is UTC and comparable to timestamps", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const [past, future] = ["1999-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"] as const
          yield* publish(Dataset.of(everythingRow({ id: "past", at: past }), everythingRow({ id: "future", at: future })))
          const view = View.make("contract_now", {
            description: "What is past.",
            columns: { id: Column.text(40) },
            on: [Everything],
            select: ({ now }) => `SELECT id FROM contract_everything WHERE at < ${now}`
          })
          yield* warehouse.publishView(view)
          expect(yield* readAll(view)).toStrictEqual([{ id: "past" }])
        })
      )

      it.effect("what was published can be opened; what was not is Missing", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          yield* publishNumbers(Numbers, numbers(14, 1))
          expect(yield* warehouse.open(Numbers)).toStrictEqual({ relation: Numbers })
          const error = yield* Effect.flip(warehouse.open(numbersTable("contract_never")))
          expect(error.reason).toBe("Missing")
        })
      )

      it.effect("a query answers columns in order and plain values", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          yield* publish(Dataset.of(everythingRow({ id: "q", big: "12345678901234567890.5", label: "a'b" })))
          const result = yield* reader.query(
            "SELECT id, position, label, amount, big, at, day, label_or_null FROM contract_everything ORDER BY id;",
            "pipeline"
          )
          expect(result).toStrictEqual({
            columns: ["id", "position", "label", "amount", "big", "at", "day", "label_or_null"],
            rows: [["q", 0, "a'b", "1.50", "12345678901234567890.5000000000", "2024-03-01 09:30:00.000", "2024-03-01", null]]
          })
        })
      )

      for (const sql of [
        "DELETE FROM contract_numbers",
        "INSERT INTO contract_numbers VALUES (99, 99)",
        "DROP TABLE contract_numbers",
        "CREATE TABLE contract_made (id INTEGER)",
        "SELECT 1; DELETE FROM contract_numbers"
      ]) {
        it.effect(`a query that would write is refused: ${sql}`, () =>
          Effect.gen(function* () {
            const reader = yield* WarehouseReader
            yield* publishNumbers(Numbers, numbers(15, 2))
            const before = [yield* readAll(Numbers), yield* tables]
            for (const as of ["pipeline", "analyst"] as const) yield* Effect.flip(reader.query(sql, as))
            expect([yield* readAll(Numbers), yield* tables]).toStrictEqual(before)
          })
        )
      }
    }
  )
