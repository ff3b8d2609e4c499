import { expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe } from "vitest"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { march, marksOf, orders, ordersTable, replace, seen } from "../contract/slices.ts"
import { recordingStep, stalling } from "../contract/support.ts"
import * as databases from "./databases.ts"

const table = ordersTable("cut_orders")

const suite = (flavour: Flavour) =>
  describe.skipIf(!isAvailable(flavour))(`partitions on ${flavour}`, () => {
    const slicesIn = (database: databases.Database) =>
      Effect.map(databases.asAdmin(database, "SHOW TABLES LIKE '%slice%'"), (rows) => rows.map(([name]) => String(name)))

    it.live("while one process loads a partition, another one replaces others, and leaves its staging table alone", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* Effect.provide(replace(table, march("3"), orders("3a")), databases.stores(database))
        const [reached, release] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const { service } = recordingStep("cut_orders", () =>
          Effect.zipRight(Deferred.succeed(reached, undefined), Deferred.await(release))
        )
        const slow = Effect.flatMap(Warehouse, (warehouse) =>
          Effect.provideService(
            warehouse.replacePartitions(table, march("3"), Dataset.fromArray(orders("3b 3c"))),
            StepContext,
            service
          )
        )
        const fiber = yield* Effect.fork(Effect.provide(slow, databases.stores(database)))
        yield* Deferred.await(reached)
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* replace(table, march("4"), orders("4d"), { runId: "other" })
            expect(yield* seen(table)).toBe("3a 4d")
            expect((yield* slicesIn(database)).length).toBe(1)
          }),
          databases.stores(database)
        )
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.join(fiber)
        yield* Effect.provide(
          Effect.gen(function* () {
            expect(yield* seen(table)).toBe("3b 3c 4d")
            expect(yield* marksOf(table)).toStrictEqual(["2024-03-03 contract 2", "2024-03-04 other 1"])
            expect(yield* slicesIn(database)).toStrictEqual([])
          }),
          databases.stores(database)
        )
      })
    )

    it.live(
      "a connection that is lost before the commit leaves the old rows; what dead runs left goes with the next one",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour)
          yield* Effect.provide(
            Effect.gen(function* () {
              yield* replace(table, march("3"), orders("3a"))
              yield* databases.asAdmin(
                database,
                "CREATE TABLE cut_orders__slice_abcd1234 (n INT)",
                "CREATE TABLE cut_orders__slice_of_mine (n INT)"
              )
              const staged = () => Effect.orDie(databases.killAll(database))
              const error = yield* Effect.flip(replace(table, march("3"), orders("3b"), { staged }))
              expect(error).toMatchObject({ _tag: "WarehouseFailed", reason: "Unreachable", retryable: true })
              expect([yield* seen(table), yield* marksOf(table)]).toStrictEqual(["3a", ["2024-03-03 run 1"]])
              yield* replace(table, march("3"), orders("3b"))
              expect([yield* seen(table), yield* slicesIn(database)]).toStrictEqual(["3b", ["cut_orders__slice_of_mine"]])
            }),
            databases.stores(database)
          )
        })
    )

    it.live("a start drops the staging tables of dead runs, and no others", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const reached = yield* Deferred.make<void>()
        const loading = Effect.flatMap(Warehouse, (warehouse) =>
          Effect.provideService(
            warehouse.replacePartitions(table, march("3"), stalling(orders("3a"), reached)),
            StepContext,
            recordingStep("cut_orders").service
          )
        )
        const fiber = yield* Effect.fork(Effect.provide(loading, databases.stores(database)))
        yield* Deferred.await(reached)
        const [living = ""] = yield* slicesIn(database)
        yield* databases.asAdmin(database, `CREATE TABLE cut_orders__slice_abcd1234 LIKE ${living}`)
        yield* Effect.provide(Effect.void, databases.stores(database))
        expect(yield* slicesIn(database)).toStrictEqual([living])
        yield* Fiber.interrupt(fiber)
        expect(yield* slicesIn(database)).toStrictEqual([])
      })
    )

    it.live("if the marks cannot be written, the rows are not", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* replace(table, march("3"), orders("3a"))
            yield* databases.asAdmin(
              database,
              "CREATE TRIGGER refuse BEFORE UPDATE ON sluice_partition_marks FOR EACH ROW SIGNAL SQLSTATE '45000'"
            )
            yield* Effect.flip(replace(table, march("3"), orders("3b")))
            expect([yield* seen(table), yield* marksOf(table)]).toStrictEqual(["3a", ["2024-03-03 run 1"]])
          }),
          databases.stores(database)
        )
      })
    )
  })

for (const flavour of flavours) suite(flavour)
