import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Generations, Readings, readings, spec } from "./tables.ts"

// MySQL's data directory must be created with this option. MariaDB accepts it at any start.
describe.skipIf(!isAvailable("MariaDB"))("a server that keeps names in lower case (lower_case_table_names=1)", () => {
  it.live("has the accounts, grants and tables of a database in mixed case that were declared, and no drift", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => startOwn("MariaDB", ["--lower-case-table-names=1"])),
        (running) => Effect.promise(() => running.stop())
      )
      const made = databases.on(server.port)
      const database = { ...made, url: { ...made.url, database: "Spark_DWH" } }
      yield* databases.provision(database, spec)
      expect(yield* databases.provision(database, spec)).toEqual([])
      const used = Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const reader = yield* WarehouseReader
        const audit = yield* WarehouseAudit
        yield* step(warehouse.publish(Readings, Dataset.fromArray(readings(2, 1))))
        yield* step(warehouse.publishView(Generations))
        const { rows } = yield* reader.query("SELECT COUNT(*) FROM Spark_DWH.readings", "analyst")
        return { drift: yield* audit.drift(spec), rows }
      })
      const administrator = { url: database.admin, analysts: [database.analyst.user] }
      for (const options of [{}, { administrator }]) {
        expect(yield* Effect.provide(used, databases.stores(database, options))).toEqual({ drift: [], rows: [[2]] })
      }
      // A record with the name as configured belongs to the pipeline too.
      yield* databases.as(database.admin, "UPDATE sluice_admin.accounts SET database_name = 'Spark_DWH'")
      expect(yield* databases.provision(database, spec)).toEqual([])
    }).pipe(Effect.scoped)
  )
})
