import { expect, layer } from "@effect/vitest"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { inStep } from "../contract/support.ts"
import { freshStores } from "./stores.ts"

const Counts = Table.make("counts", { description: "", columns: { n: Column.integer }, primaryKey: ["n"] })
const refused = (sql: string) =>
  Effect.flatMap(Warehouse, (warehouse) => Effect.flip(inStep(warehouse.publishSelect(Counts, () => sql))))

layer(freshStores, { excludeTestServices: true })("a table by SQL on the embedded store", (it) => {
  it.effect("cannot read the sensitive file, even if its SQL names a table there", () =>
    Effect.gen(function* () {
      expect(yield* refused("SELECT count(*) AS n FROM sensitive.sluice_marks")).toStrictEqual(
        new WarehouseFailed({
          reason: "Missing",
          operation: "publish counts",
          detail:
            "its SELECT cannot be run: no such table: sensitive.sluice_marks (SQLITE_ERROR). It can read public tables and views only: correct the name, or materialize that relation first."
        })
      )
    })
  )

  it.effect("cannot read a file by a function or a virtual table, and can read JSON", () =>
    Effect.gen(function* () {
      const errors = yield* Effect.forEach(
        [
          "SELECT length(readfile('sensitive.db')) AS n",
          "SELECT count(*) AS n FROM fsdir('.')",
          "SELECT count(*) AS n FROM json_each('[1]'), pragma_table_info('counts')"
        ],
        refused
      )
      const table = "a virtual table or table-valued function"
      expect(errors.map(({ message }) => message)).toStrictEqual(
        ["the function readfile", table, table].map(
          (used) =>
            `Could not publish counts: its SELECT uses ${used}, which is not allowed. Read tables and views, and \`json_each\` or \`json_tree\`.`
        )
      )
      const warehouse = yield* Warehouse
      const reader = yield* WarehouseReader
      yield* inStep(warehouse.publishSelect(Counts, () => "SELECT value AS n FROM json_each('[7, 9]')"))
      const { rows } = yield* reader.query("SELECT n FROM counts ORDER BY n", "analyst")
      expect(rows).toStrictEqual([[7], [9]])
    })
  )

  it.effect("says where its SQL is wrong, and how many rows have which value that does not fit", () =>
    Effect.gen(function* () {
      const errors = yield* Effect.forEach(
        ["SELECT 1 AS n FROM", "SELECT 1.5 AS n UNION ALL SELECT 'x' UNION ALL SELECT 2"],
        refused
      )
      expect(errors.map(({ message }) => message)).toStrictEqual([
        "Could not publish counts: its SELECT cannot be run: SQLite refuses it (SQLITE_ERROR). Correct the SQL.",
        'Could not publish counts: "n" of 2 rows is not a safe integer. Correct the SELECT, or the table\'s declaration; what was there before is unchanged.'
      ])
    })
  )
})
