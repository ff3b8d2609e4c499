import { expect, it } from "@effect/vitest"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe } from "vitest"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { spec } from "./tables.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`a person's query on ${flavour}`, () => {
    it.live("stops on the server at its limit, and when it is interrupted", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        // The server's own limit does not apply: one flavour's hint is a comment for the other.
        const slow = "SELECT /*+ MAX_EXECUTION_TIME(0) */ SLEEP(60)"
        const running = databases.asAdmin(
          database,
          `SELECT info FROM information_schema.processlist WHERE user = '${database.analyst.user}' AND info LIKE '%SLEEP(60)%'`
        )
        const stopped = Effect.repeat(Effect.delay(running, "10 millis"), { until: (rows) => rows.length === 0 })
        const started = Effect.repeat(Effect.delay(running, "10 millis"), { until: (rows) => rows.length > 0 })
        yield* Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const refused = yield* Effect.flip(reader.query(slow, "analyst", Duration.millis(300)))
          expect(refused).toMatchObject({ reason: "TimedOut" })
          expect(refused.message).toContain("it was stopped after 300ms")
          yield* Effect.timeout(stopped, "5 seconds")

          const asking = yield* Effect.fork(reader.query(slow, "analyst"))
          yield* Effect.timeout(started, "5 seconds")
          yield* Fiber.interrupt(asking)
          yield* Effect.timeout(stopped, "5 seconds")
        }).pipe(Effect.provide(databases.stores(database)))
      })
    )

    it.live("gives its limit to the server, for when this process is killed", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const variable = flavour === "MariaDB" ? "max_statement_time" : "max_execution_time"
        const { rows } = yield* Effect.flatMap(WarehouseReader, (reader) =>
          reader.query(`SELECT @@${variable}`, "analyst", Duration.seconds(5))
        ).pipe(Effect.provide(databases.stores(database)))
        expect(rows.map(([value]) => Number(value))).toEqual([flavour === "MariaDB" ? 6 : 6_000])
      })
    )
  })
}
