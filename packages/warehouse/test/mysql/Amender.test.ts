import { describe, expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { recordingStep } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { Readings, spec } from "./tables.ts"

const row = (id: string, generation: number) => ({ id, generation, at: null })

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`Amender on ${flavour}`, () => {
    // A deadlock undoes the whole transaction with its savepoints. An INSERT in place of the LOAD DATA would be committed
    // alone.
    it.live("a deadlock with somebody else leaves the table as it was, and may be tried again", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const { analyst, url } = database
        yield* Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const warehouse = yield* Warehouse
          const { service } = recordingStep()
          const last = { runId: "first", metadata: { rows: 2 } }
          const ids = Effect.map(Stream.runCollect(reader.read(Readings)), (pages) =>
            Chunk.toReadonlyArray(pages).flatMap((rows) => rows.map(({ id, generation }) => `${id}${generation}`))
          )
          const first = Dataset.of(row("a", 1), row("c", 1))
          yield* Effect.provideService(warehouse.publish(Readings, first), StepContext, { ...service, runId: "first" })
          const amend = Effect.provideService(
            warehouse.amend(Readings, Changes.make(Dataset.of(row("b", 2)), Dataset.of("a")), "id"),
            StepContext,
            { ...service, runId: "second", last }
          )

          // More rows than the other transaction, so that the other is the victim.
          const many = Array.from({ length: 500 }, (_, n) => `('z${n}', 0, NULL)`).join(", ")
          const rival = yield* DirectConnection.open({ ...database.admin, database: url.database })
          yield* rival.query("START TRANSACTION")
          yield* rival.query(`INSERT INTO readings (id, generation, at) VALUES ${many}, ('b', 0, NULL)`)
          const amending = yield* Effect.fork(Effect.flip(amend))
          yield* databases
            .asAdmin(
              database,
              `SELECT 1 FROM information_schema.processlist WHERE user = '${url.user}' AND info LIKE 'LOAD DATA%'`
            )
            .pipe(Effect.repeat({ until: (running) => running.length > 0 }), Effect.timeout("20 seconds"))
          yield* rival.query("DELETE FROM readings WHERE id = 'a'")
          const failed = yield* Fiber.join(amending)
          yield* rival.query("ROLLBACK")

          expect([failed, yield* ids]).toMatchObject([{ reason: "Conflict", retryable: true }, ["a1", "c1"]])
          yield* amend
          expect(yield* ids).toEqual(["b2", "c1"])
        }).pipe(Effect.provide(databases.stores({ url, analyst })))
      }).pipe(Effect.scoped)
    )
  })
}
