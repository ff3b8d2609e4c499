import { expect, layer } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { cases } from "../../../../test/setup/size.ts"
import { amendContract } from "./amendContract.ts"
import * as Arbitraries from "./arbitraries.ts"
import { partitionMarksContract } from "./partitionMarksContract.ts"
import { partitionRefusalsContract } from "./partitionRefusalsContract.ts"
import { partitionSelectContract } from "./partitionSelectContract.ts"
import { partitionsContract } from "./partitionsContract.ts"
import { type Options, readingContract } from "./readingContract.ts"
import { selectContract } from "./selectContract.ts"
import {
  breaking,
  Everything,
  type EverythingRow,
  everythingRow,
  inStep,
  Numbers,
  numbers,
  numbersTable,
  publish,
  publishNumbers,
  readAll,
  recordingStep,
  stalling,
  tablesIn,
  versionsSeen
} from "./support.ts"

/** Every warehouse works like this. It needs a fresh one, and SQL that lists its tables by name. */
export const warehouseContract = (options: Options) => {
  publishingContract(options)
  amendContract(options)
  partitionsContract(options)
  partitionRefusalsContract(options)
  partitionMarksContract(options)
  partitionSelectContract(options)
  readingContract(options)
  selectContract(options)
}

const publishingContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, publishing`,
    (it) => {
      const tables = tablesIn(options.listTables)

      it.effect("a row of every column type comes back as it was published", () =>
        Effect.gen(function* () {
          const rows = Arbitraries.edgeRows
          yield* publish(Dataset.fromArray(rows))
          expect(yield* readAll(Everything)).toStrictEqual(rows)
        })
      )

      it.effect("random rows of every column type come back as they were published, in key order", () =>
        Effect.gen(function* () {
          for (const rows of FastCheck.sample(Arbitraries.rows, { numRuns: cases(12), seed: 7 })) {
            yield* publish(Dataset.fromArray(rows, 7))
            expect(yield* readAll(Everything)).toStrictEqual([...rows].sort(Arbitraries.byKey))
          }
        })
      )

      it.effect("keys that differ by case, accent or a trailing space are different keys, ordered by their bytes", () =>
        Effect.gen(function* () {
          const ids = ["ZÜRICH", "Zürich", "Zürich ", "zurich", "zürich", "😀", "😁"]
          yield* publish(Dataset.fromArray([...ids].reverse().map((id) => everythingRow({ id }))))
          const bytes = (id: string) => Buffer.from(id, "utf8")
          expect((yield* readAll(Everything)).map(({ id }) => id)).toStrictEqual(
            [...ids].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
          )
        })
      )

      it.effect("decimals come back with all the digits of their scale", () =>
        Effect.gen(function* () {
          yield* publish(Dataset.of(everythingRow({ amount: "7", big: "12345678901234567890.5", amount_or_null: "-0.5" })))
          expect(yield* readAll(Everything)).toStrictEqual([
            everythingRow({ amount: "7.00", big: "12345678901234567890.5000000000", amount_or_null: "-0.50" })
          ])
        })
      )

      it.effect("a publish replaces all rows, and tells its progress and how many rows there are", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const reader = yield* WarehouseReader
          yield* publishNumbers(Numbers, numbers(1, 30))
          const { recorded, service } = recordingStep()
          const published = yield* Effect.provideService(
            warehouse.publish(Numbers, numbers(2, 12_000)),
            StepContext,
            service
          )
          expect(published).toStrictEqual({ relation: Numbers })
          expect(recorded.metadata).toStrictEqual({
            rows: 12_000,
            ...(options.loadedBy === undefined ? {} : { loaded_by: options.loadedBy })
          })
          expect(recorded.progress.reduce((sum, rows) => sum + rows, 0)).toBe(12_000)
          expect(recorded.progress.length).toBeGreaterThan(1)
          const pages = Chunk.toReadonlyArray(yield* Stream.runCollect(reader.read(Numbers)))
          expect(pages.length).toBeGreaterThan(1)
          expect(pages.flat()).toStrictEqual(yield* Dataset.toArray(numbers(2, 12_000)))
        })
      )

      it.effect("publishing the same rows again changes nothing", () =>
        Effect.gen(function* () {
          yield* publishNumbers(Numbers, numbers(3, 100))
          const before = [yield* readAll(Numbers), yield* tables]
          yield* publishNumbers(Numbers, numbers(3, 100))
          expect([yield* readAll(Numbers), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("a dataset without rows makes an empty table", () =>
        Effect.gen(function* () {
          yield* publishNumbers(Numbers, numbers(4, 0))
          expect(yield* readAll(Numbers)).toStrictEqual([])
        })
      )

      const rejected: ReadonlyArray<readonly [what: string, rows: ReadonlyArray<EverythingRow>]> = [
        [
          "without a value that must be there",
          [everythingRow({}), { ...everythingRow({ id: "b" }), ...JSON.parse('{"label":null}') }]
        ],
        ["with a text that is too long", [everythingRow({}), everythingRow({ id: "b", label: "x".repeat(201) })]],
        ["with a time that is none", [everythingRow({}), everythingRow({ id: "b", at: "2024-02-30T00:00:00.000Z" })]],
        [
          "with a decimal that is none",
          [everythingRow({}), { ...everythingRow({ id: "b" }), ...JSON.parse('{"amount":"12x"}') }]
        ],
        ["whose key another one has", [everythingRow({}), everythingRow({})]]
      ]
      for (const [what, rows] of rejected) {
        it.effect(
          `a row ${what} is rejected: the old rows stay, no table is left behind, and the error quotes nothing`,
          () =>
            Effect.gen(function* () {
              yield* publish(Dataset.of(everythingRow({ id: "old" })))
              const before = [yield* readAll(Everything), yield* tables]
              const error = yield* Effect.flip(publish(Dataset.fromArray(rows)))
              expect(error._tag === "WarehouseFailed" ? error.reason : error._tag).toBe("RowRejected")
              expect(error.message).toContain("contract_everything")
              expect(error.message).not.toMatch(/12x|xxx|02-30|plain/)
              expect([yield* readAll(Everything), yield* tables]).toStrictEqual(before)
            })
        )
      }

      it.effect("a dataset that fails leaves the old rows and no table behind", () =>
        Effect.gen(function* () {
          yield* publishNumbers(Numbers, numbers(5, 10))
          const before = [yield* readAll(Numbers), yield* tables]
          const error = yield* Effect.flip(publishNumbers(Numbers, breaking(yield* Dataset.toArray(numbers(6, 6_000)))))
          expect(error._tag).toBe("SpillFailed")
          expect([yield* readAll(Numbers), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("an interrupted publish leaves the old rows, no table, and nothing that stops the next one", () =>
        Effect.gen(function* () {
          yield* publishNumbers(Numbers, numbers(7, 10))
          const before = [yield* readAll(Numbers), yield* tables]
          const reached = yield* Deferred.make<void>()
          const rows = stalling(yield* Dataset.toArray(numbers(8, 6_000)), reached)
          const fiber = yield* Effect.fork(publishNumbers(Numbers, rows))
          yield* Deferred.await(reached)
          yield* Fiber.interrupt(fiber)
          expect([yield* readAll(Numbers), yield* tables]).toStrictEqual(before)
          yield* publishNumbers(Numbers, numbers(9, 3))
          expect(yield* versionsSeen(Numbers)).toStrictEqual([9])
        })
      )

      it.effect("checks see the staged rows by their relation's name, and what they refuse is not published", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const warehouse = yield* Warehouse
          yield* publishNumbers(Numbers, numbers(10, 5))
          const before = [yield* readAll(Numbers), yield* tables]
          const seen: Array<unknown> = []
          const { service } = recordingStep("contract_numbers", (relation) =>
            reader.query(`SELECT COUNT(*), MIN(version) FROM ${relation}`, "pipeline").pipe(
              Effect.orDie,
              Effect.tap(({ rows }) => Effect.sync(() => seen.push(rows.map((row) => row.map(Number))))),
              Effect.flatMap(() => new CheckFailed({ asset: "contract_numbers", checks: ["refused"], staged: true }))
            )
          )
          const error = yield* Effect.flip(
            Effect.provideService(warehouse.publish(Numbers, numbers(11, 7)), StepContext, service)
          )
          expect(error).toStrictEqual(new CheckFailed({ asset: "contract_numbers", checks: ["refused"], staged: true }))
          expect(seen).toStrictEqual([[[7, 11]]])
          expect([yield* readAll(Numbers), yield* tables]).toStrictEqual(before)
        })
      )

      it.effect("tables that are published at once are all there", () =>
        Effect.gen(function* () {
          const many = ["one", "two", "three", "four"].map((name) => numbersTable(`contract_${name}`))
          yield* Effect.forEach(
            many,
            (table, version) =>
              Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(table, numbers(version, 3_000)))),
            { concurrency: "unbounded" }
          )
          const seen = yield* Effect.forEach(many, (table) =>
            Effect.map(readAll(table), (rows) => [rows.length, rows[0]?.version])
          )
          expect(seen).toStrictEqual(many.map((_, version) => [3_000, version]))
        })
      )

      it.effect(
        "of one table that is published at once many times, one publish wins whole; readers never see a mixture",
        () =>
          Effect.gen(function* () {
            yield* publishNumbers(Numbers, numbers(100, 2_000))
            const views: Array<ReadonlyArray<number>> = []
            const reader = yield* Effect.fork(
              Effect.forever(Effect.map(versionsSeen(Numbers), (versions) => views.push(versions)))
            )
            yield* Effect.forEach(
              [101, 102, 103, 104, 105, 106],
              (version) => publishNumbers(Numbers, numbers(version, 2_000)),
              {
                concurrency: 3
              }
            )
            views.push(yield* versionsSeen(Numbers))
            yield* Fiber.interrupt(reader)
            expect(views.filter((versions) => versions.length !== 1)).toStrictEqual([])
            expect((yield* readAll(Numbers)).length).toBe(2_000)
          })
      )
    }
  )
