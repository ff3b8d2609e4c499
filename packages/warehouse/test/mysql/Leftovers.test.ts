import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { tableNames } from "./published.ts"
import { step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`staging tables that were left on ${flavour}`, () => {
    it.live("are dropped by the next opening that writes; those of a publisher that lives, and of somebody else, stay", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* databases.asAdmin(
          database,
          "CREATE TABLE readings_gone__staging_abcd1234 (n INT) COMMENT = 'sluice:0123456789abcdef'",
          "CREATE TABLE readings_gone__old_abcd1234 (n INT) COMMENT = 'sluice:0123456789abcdef'",
          "CREATE TABLE readings_archive__old_20240101 (n INT)",
          "INSERT INTO sluice_owners VALUES ('readings_gone', 'spark')"
        )
        const open = (pipeline: string) => Effect.scoped(Layer.build(databases.stores(database, {}, pipeline)))
        // Another pipeline knows only the names of its own locks.
        yield* open("shop")
        expect(yield* databases.asAdmin(database, "SHOW TABLES LIKE 'readings\\_gone%'")).toHaveLength(2)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const finish = yield* Deferred.make<void>()
            const rows = Stream.concat(Stream.make(readings(2, 1)), Stream.fromEffect(Effect.as(Deferred.await(finish), [])))
            const publishing = yield* Effect.fork(step(warehouse.publish(Readings, Dataset.fromChunks(rows))))
            const [, staging] = yield* Effect.repeat(tableNames, { until: (names) => names.length > 2 })
            yield* open("spark")
            expect(yield* tableNames).toEqual(["readings", staging, "readings_archive__old_20240101"])
            yield* Deferred.succeed(finish, undefined)
            yield* Fiber.join(publishing)
            expect(yield* readAll(Readings)).toEqual(readings(2, 1))
          }),
          databases.stores(database)
        )
      })
    )
  })
}
