import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import type * as Table from "@sluice/core/relation/Table"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { fresh, publishReadings, tableNames } from "./published.ts"
import { recorded, step } from "./steps.ts"
import { Every, Generations, Readings, readings } from "./tables.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`MysqlWarehouse on ${flavour}`, () => {
    it.live("gives back every type exactly, with tabs, newlines, NUL, quotes, backslashes and emoji as they are", () =>
      Effect.gen(function* () {
        const none = { text: null, amount: null, flag: null, at: null, day: null }
        const texts = [
          "",
          "NULL",
          "\\N",
          "a\tb\nc\r\0d",
          "'\"`\\%_;--/*?",
          "👩‍💻 Zürich ",
          "zürich",
          "ZÜRICH  ",
          "\u{10FFFF}",
          "x".repeat(200)
        ]
        const rows: ReadonlyArray<Table.Row<typeof Every>> = [
          { group: "a", position: -3, ...none },
          { group: "a", position: 9_007_199_254_740_991, ...none, amount: "-0.01", flag: true, day: "2024-02-29" },
          { group: "a ", position: 0, ...none, amount: "9999999999.99", flag: false, at: "2024-03-01T00:00:00.000Z" },
          ...texts.map((text, n) => ({ ...none, group: "b", position: n, text, at: "1969-12-31T23:59:59.999Z" as const }))
        ]
        yield* step((yield* Warehouse).publish(Every, Dataset.of(...rows)))
        expect(yield* readAll(Every)).toEqual(rows)
      }).pipe(Effect.provide(fresh(flavour)))
    )

    it.live("publishes by batches and reads by pages, in key order", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const reader = yield* WarehouseReader
        const rows = readings(12_345, 1)
        const shuffled = [...rows.slice(5_000), ...rows.slice(0, 5_000)]
        const published = yield* recorded(warehouse.publish(Readings, Dataset.fromArray(shuffled, 777)))
        expect(published).toEqual({
          value: { relation: Readings },
          rows: 12_345,
          metadata: { rows: 12_345, loaded_by: "LOAD DATA LOCAL INFILE" }
        })
        const pages = Chunk.toReadonlyArray(yield* Stream.runCollect(reader.read(Readings)))
        expect(pages.map((page) => page.length)).toEqual([5_000, 5_000, 2_345])
        expect(pages.flat()).toEqual(rows)
        expect(yield* tableNames).toEqual(["readings"])
        const indexes = yield* reader.query(
          "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'readings' ORDER BY 1",
          "pipeline"
        )
        expect(indexes.rows.flat()).toEqual(["ix_at_generation", "ix_generation", "PRIMARY"])
      }).pipe(Effect.provide(fresh(flavour)))
    )

    it.live("publishes views that read with the reader's rights, and types their rows", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const reader = yield* WarehouseReader
        yield* publishReadings(3, 7)
        const published = yield* warehouse.publishView(Generations)
        expect(published).toEqual({ relation: Generations })
        const security = yield* reader.query(
          "SELECT security_type FROM information_schema.views WHERE table_schema = DATABASE()",
          "pipeline"
        )
        expect(security.rows).toEqual([["INVOKER"]])
        yield* step(
          warehouse.publish(
            Readings,
            Dataset.of({ id: "1", generation: 7, at: "2999-01-01T00:00:00.000Z" }, { id: "2", generation: 7, at: null })
          )
        )
        expect(yield* readAll(Generations)).toEqual([{ generation: 7, readings: 2, future: true }])
      }).pipe(Effect.provide(fresh(flavour)))
    )

    it.live("opens what is there, and says of what is not, or not as declared, what to run", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            expect((yield* Effect.flip(warehouse.open(Readings))).message).toBe(
              "Could not open readings: it has not been materialized yet. Run `sluice materialize readings`."
            )
            yield* publishReadings(1, 1)
            expect(yield* warehouse.open(Readings)).toEqual({ relation: Readings })
            yield* databases.asAdmin(database, "ALTER TABLE readings DROP COLUMN at")
            const drifted = yield* Effect.flip(warehouse.open(Readings))
            expect([drifted.reason, drifted.message]).toEqual(["Drift", expect.stringContaining('it has no column "at"')])
          }),
          databases.stores(database)
        )
      })
    )

    it.live("answers one query that reads with plain values, and refuses whatever would write", () =>
      Effect.gen(function* () {
        const reader = yield* WarehouseReader
        yield* publishReadings(1, 1)
        expect(
          yield* reader.query(
            "SELECT 1 AS a, 1.50 AS b, NULL AS c, CAST('2024-03-01 09:30:00.100' AS DATETIME(3)) AS d, 9007199254740993 AS e, x'00ff' AS f, 'ä' AS f;",
            "pipeline"
          )
        ).toEqual({
          columns: ["a", "b", "c", "d", "e", "f", "f"],
          rows: [[1, "1.50", null, "2024-03-01 09:30:00.100", "9007199254740993", "00ff", "ä"]]
        })
        expect(yield* reader.query("/* none */ (SELECT id FROM readings WHERE 1 = 0)", "pipeline")).toEqual({
          columns: ["id"],
          rows: []
        })
        const writing = [
          "DELETE FROM readings",
          "SELECT 1; DELETE FROM readings",
          "COMMIT",
          "WITH a AS (SELECT 1) DELETE FROM readings",
          "EXPLAIN ANALYZE DELETE FROM readings",
          "/*! DELETE FROM readings */",
          "/*!99999 */ DELETE FROM readings",
          "CREATE TABLE x (n INT)",
          "SELECT * INTO OUTFILE '/tmp/sluice-test' FROM readings",
          "SET GLOBAL max_connections = 1",
          ""
        ]
        for (const sql of writing) {
          const failed = yield* Effect.flip(reader.query(sql, "pipeline"))
          expect([sql, failed._tag, failed.retryable]).toEqual([sql, "WarehouseFailed", false])
        }
        expect(yield* readAll(Readings)).toEqual(readings(1, 1))
      }).pipe(Effect.provide(fresh(flavour)))
    )

    it.live("says that the analyst has no password where none is configured", () =>
      Effect.gen(function* () {
        const { url } = yield* databases.make(flavour)
        const stores = databases.stores({ url })
        const failed = yield* Effect.flatMap(WarehouseReader, (reader) =>
          Effect.flip(reader.query("SELECT 1", "analyst"))
        ).pipe(Effect.provide(stores))
        expect([failed.reason, failed.message]).toEqual(["Misconfigured", expect.stringContaining("Set ANALYST_PASSWORD")])
      })
    )
  })
}
