import { expect, it } from "@effect/vitest"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe } from "vitest"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { eraseAda, everything, fill } from "../contract/people.ts"
import { tablesIn } from "../contract/support.ts"
import * as databases from "./databases.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`erasure on ${flavour}`, () => {
    it.scopedLive("killed before its last statement, it has removed nothing, and works when it is run again", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* Effect.provide(fill("before"), databases.stores(database))
        const before = yield* Effect.provide(everything, databases.stores(database))

        // The quarantine comes last: an erasure that waits for it has deleted everything else.
        const blocker = yield* DirectConnection.open({ ...database.admin, database: database.url.database })
        yield* blocker.query("START TRANSACTION")
        yield* blocker.query("SELECT * FROM quarantine FOR UPDATE")
        const eraser = yield* Effect.fork(Effect.either(Effect.provide(eraseAda, databases.stores(database))))
        const waiting = databases.asAdmin(
          database,
          `SELECT id FROM information_schema.processlist WHERE user = '${database.url.user}' AND info LIKE 'DELETE FROM %quarantine%'`
        )
        const found = Effect.repeat(Effect.delay(waiting, "20 millis"), { until: (rows) => rows.length > 0 })
        const [[session] = []] = yield* Effect.timeout(found, "20 seconds")
        yield* databases.asAdmin(database, `KILL ${session}`)
        const outcome = yield* Fiber.join(eraser)
        expect(outcome).toMatchObject({ _tag: "Left", left: { reason: "Unreachable" } })
        yield* blocker.query("ROLLBACK")

        expect(yield* Effect.provide(everything, databases.stores(database))).toStrictEqual(before)
        const again = yield* Effect.provide(eraseAda, databases.stores(database))
        expect(again).toEqual({
          rows: { contract_people: 1, contract_letters: 3 },
          masks: { contract_cities: 1, contract_jobs: 0 },
          quarantined: 2,
          suppressedSince: undefined
        })
      })
    )

    it.scopedLive("finds a person in what a run that died has left of a publish, too", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const stores = databases.stores(database)
        yield* Effect.provide(fill("before"), stores)
        const left = ["contract_people__staging_0a1b2c3d", "contract_people__old_0a1b2c3d"]
        yield* databases.asAdmin(database, ...left.map((name) => `CREATE TABLE ${name} AS SELECT * FROM contract_people`))
        yield* Effect.provide(eraseAda, stores)
        const names = tablesIn("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        expect((yield* Effect.provide(names, stores)).filter((name) => name.startsWith("contract_people"))).toEqual([
          "contract_people"
        ])
      })
    )

    it.scopedLive("lets go of its locks: the tables can be published and erased from again", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* Effect.gen(function* () {
          yield* fill("before")
          yield* eraseAda
          yield* Effect.timeout(fill("after"), "10 seconds")
        }).pipe(Effect.provide(databases.stores(database)))
        yield* Effect.timeout(Effect.provide(eraseAda, databases.stores(database)), "10 seconds")
      })
    )
  })
}
