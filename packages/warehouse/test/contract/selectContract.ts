import { expect, layer } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { type Selecting, Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Arbitraries from "./arbitraries.ts"
import type { Options } from "./readingContract.ts"
import {
  Everything,
  everythingRow,
  inStep,
  Numbers,
  numbers,
  publish,
  publishNumbers,
  readAll,
  recordingStep,
  tablesIn
} from "./support.ts"

const Copy = Table.make("contract_copy", {
  description: Everything.description,
  columns: Everything.columns,
  primaryKey: ["id", "position"]
})
const Totals = Table.make("contract_totals", {
  description: "A row for each version.",
  columns: {
    version: Column.integer,
    many: Column.integer,
    share: Column.decimal(12, 2),
    label: Column.nullable(Column.text(5))
  },
  primaryKey: ["version"]
})
const Days = Table.make("contract_days", {
  description: "A day and a time.",
  columns: { day: Column.day, at: Column.timestamp },
  primaryKey: ["day"]
})

const publishSelect = <T extends Table.Public>(table: T, select: (store: Selecting) => string) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publishSelect(table, select)))

const totals =
  (label: string, having = "1 = 1") =>
  ({ nameOf }: Selecting) =>
    `SELECT version, count(*) AS many, count(*) / 3.0 AS share, ${label} AS label
     FROM ${nameOf(Numbers)} GROUP BY version HAVING ${having}`
const before = { version: 1, many: 2, share: "0.67", label: "old" }

/** Every warehouse makes tables by one SELECT like this. */
export const selectContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, tables by SQL`,
    (it) => {
      const tables = tablesIn(options.listTables)
      /** Publishes `before`, then the wrong SELECT. Returns its error, and the remaining rows. */
      const refused = (select: (store: Selecting) => string) =>
        Effect.gen(function* () {
          yield* publishNumbers(Numbers, numbers(1, 2))
          yield* publishSelect(Totals, totals("'old'"))
          const error = yield* Effect.flip(publishSelect(Totals, select))
          expect(yield* readAll(Totals)).toStrictEqual([before])
          expect((yield* tables).filter((name) => name.startsWith("contract_totals"))).toStrictEqual(["contract_totals"])
          return error
        })

      it.effect("the rows of a SELECT replace a table's, and their number is reported", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const reader = yield* WarehouseReader
          yield* publishNumbers(Numbers, numbers(1, 2))
          yield* publishSelect(Totals, totals("'old'"))
          yield* publishNumbers(Numbers, numbers(7, 4))
          const { recorded, service } = recordingStep()
          const published = yield* Effect.provideService(
            warehouse.publishSelect(Totals, totals("NULL")),
            StepContext,
            service
          )
          expect(published).toStrictEqual({ relation: Totals })
          expect(recorded).toStrictEqual({
            progress: [1],
            metadata: { rows: 1, ...(options.loadedBy === undefined ? {} : { loaded_by: "INSERT SELECT" }) }
          })
          expect(yield* readAll(Totals)).toStrictEqual([{ version: 7, many: 4, share: "1.33", label: null }])
          expect((yield* reader.marks).get("contract_totals")).toStrictEqual({ runId: "contract", rows: 1 })
        })
      )

      it.effect("a value of every column type is copied as it is", () =>
        Effect.gen(function* () {
          const rows = Arbitraries.edgeRows
          yield* publish(Dataset.fromArray(rows))
          yield* publishSelect(Copy, ({ nameOf }) => `SELECT * FROM ${nameOf(Everything)}`)
          expect(yield* readAll(Copy)).toStrictEqual(rows)
        })
      )

      it.effect("a SELECT may begin with WITH, and end with a comment or a semicolon", () =>
        Effect.gen(function* () {
          yield* publish(Dataset.of(everythingRow({})))
          const days = (end: string) =>
            publishSelect(
              Days,
              ({ nameOf }) =>
                `WITH days AS (SELECT day, at FROM ${nameOf(Everything)}) SELECT day AS day, max(at) AS at FROM days GROUP BY day${end}`
            )
          for (const end of ["", ";", " -- all"]) yield* days(end)
          expect(yield* readAll(Days)).toStrictEqual([{ day: "2024-03-01", at: "2024-03-01T09:30:00.000Z" }])
        })
      )

      it.effect("decimals are rounded to the scale of their column", () =>
        Effect.gen(function* () {
          yield* publish(Dataset.of(everythingRow({ id: "a", amount: "0.10" }), everythingRow({ id: "b", amount: "0.20" })))
          yield* publishSelect(
            Totals,
            ({ nameOf }) =>
              `SELECT 1 AS version, count(*) AS many, sum(amount) * 1.001 AS share, NULL AS label FROM ${nameOf(Everything)}`
          )
          expect(yield* readAll(Totals)).toStrictEqual([{ version: 1, many: 2, share: "0.30", label: null }])
        })
      )

      it.effect("columns that are missing, unknown, repeated or out of place are told all at once, and nothing is run", () =>
        Effect.gen(function* () {
          const error = yield* refused(() => "SELECT 1 AS many, 2 AS version, 3 AS many, 4 AS lable")
          expect([error._tag, error.message]).toStrictEqual([
            "WarehouseFailed",
            'Could not publish contract_totals: the columns of its SELECT are not those of the table: "share", "label" are missing; "lable" is not declared; "many" is selected twice; "many", "version" are out of place. Name them with AS, and select them in the order of the declaration: version, many, share, label. Nothing was run.'
          ])
        })
      )

      it.effect.each([
        ["a text that is too long", totals("'xyzzyx'"), "RowRejected"],
        ["no value where one must be", () => "SELECT NULL AS version, 1 AS many, 0 AS share, NULL AS label", "RowRejected"],
        [
          "two rows with one key",
          () => "SELECT 1 AS version, 1 AS many, 0 AS share, NULL AS label UNION ALL SELECT 1, 2, 0, NULL",
          "RowRejected"
        ],
        ["text for a number", () => "SELECT 'xyzzy' AS version, 1 AS many, 0 AS share, NULL AS label", "RowRejected"],
        ["a decimal that is too large", () => "SELECT 1 AS version, 1 AS many, 1e12 AS share, NULL AS label", "RowRejected"],
        [
          "a relation that is not there",
          () => "SELECT version, many, share, label FROM contract_nowhere WHERE 'xyzzy' = ''",
          "Missing"
        ],
        ["what is no SELECT", ({ nameOf }: Selecting) => `DELETE FROM ${nameOf(Totals)}`, "NotPermitted"]
      ] as const)("%s is refused, and the old rows stay", ([, select, reason]) =>
        Effect.gen(function* () {
          const error = yield* refused(select)
          expect(error._tag === "WarehouseFailed" && error.reason).toBe(reason)
          expect(error.message).not.toContain("xyzzy")
        })
      )

      // SQLite reads only the public file: `SqliteSelect.test.ts`.
      it.effect.skipIf(options.loadedBy === undefined)(
        "a table that the SELECT names by hand is refused, however deep, and no view is left",
        () =>
          Effect.gen(function* () {
            yield* publish(Dataset.of(everythingRow({ id: "xyzzy" })))
            const row = (label: string, from = "") => `SELECT 1 AS version, 1 AS many, 0 AS share, ${label} AS label${from}`
            const selects: ReadonlyArray<(store: Selecting) => string> = [
              () => row("id", " FROM contract_everything"),
              () => row("(SELECT min(e.id) FROM contract_everything e)"),
              () => `WITH e AS (SELECT id FROM \`contract_everything\`) ${row("id", " FROM e")}`,
              ({ nameOf }) => row("NULL", ` FROM ${nameOf(Numbers)} WHERE EXISTS (SELECT 1 FROM contract_everything)`)
            ]
            for (const select of selects) {
              const error = yield* refused(select)
              expect(error.message).toBe(
                "Could not publish contract_totals: its SELECT reads contract_everything, which `from` does not name. Add the asset to `from`, and write the name that `select` is given. Mask tables cannot be read. Nothing was run."
              )
            }
          })
      )

      it.effect("a day that the calendar does not have is refused", () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(
            publishSelect(Days, () => "SELECT '2024-02-30' AS day, '2024-03-01 00:00:00.000' AS at")
          )
          expect(error._tag === "WarehouseFailed" && error.reason).toBe("RowRejected")
        })
      )

      it.effect("blocking checks look at the staged rows, and the old ones stay if one fails", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const warehouse = yield* Warehouse
          yield* publishNumbers(Numbers, numbers(1, 2))
          yield* publishSelect(Totals, totals("'old'"))
          yield* publishNumbers(Numbers, numbers(7, 4))
          const seen: Array<unknown> = []
          const { service } = recordingStep("contract", (relation, counted) =>
            Effect.gen(function* () {
              seen.push(counted, yield* Effect.orDie(reader.measure((quote) => `SELECT sum(many) FROM ${quote(relation)}`)))
              return yield* new CheckFailed({ asset: "contract", checks: ["never"], staged: true })
            })
          )
          const publishing = Effect.provideService(warehouse.publishSelect(Totals, totals("NULL")), StepContext, service)
          expect((yield* Effect.flip(publishing))._tag).toBe("CheckFailed")
          expect(seen).toStrictEqual([{ rows: 1, before: 1 }, [4]])
          expect(yield* readAll(Totals)).toStrictEqual([before])
        })
      )
    }
  )
