import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`rows that were deleted by hand on ${flavour}`, () => {
    it.live("are missed by row_count when published rows are checked", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const check = rowCount(Readings).evaluate({ _tag: "Published" })
            yield* step(warehouse.publish(Readings, Dataset.fromArray(readings(10, 1))))
            const whole = yield* check
            yield* databases.as(database.url, "DELETE FROM readings LIMIT 2")
            expect([whole, yield* check]).toEqual([
              { passed: true, metadata: { rows: 10 } },
              { passed: false, metadata: { rows: 8, rows_written: 10 } }
            ])
          }),
          databases.stores(database)
        )
      })
    )
  })
}
