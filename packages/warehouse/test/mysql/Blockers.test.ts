import { expect, it } from "@effect/vitest"
import * as Grants from "@sluice/core/relation/Grants"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { describe } from "vitest"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { eraseAda, fill, People } from "../contract/people.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { publishReadings } from "./published.ts"
import { step } from "./steps.ts"
import { Generations, Readings, readings, spec } from "./tables.ts"

const lockWait = "1 second"

/** An open session of an account, closed with the scope. */
const session = (database: databases.Database, as: "admin" | "analyst", ...statements: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const account = as === "admin" ? database.admin : { ...database.url, ...database.analyst }
    const connection = yield* DirectConnection.open({ ...account, database: database.url.database })
    for (const statement of statements) yield* connection.query(statement)
    return connection
  })

/** The stores with an administrator, which may end the analyst's sessions. */
const administered = (database: databases.Database) =>
  databases.stores(database, {
    lockWait,
    administrator: { url: database.admin, analysts: [database.analyst.user] }
  })

/** Collects log lines. */
const logged = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.map(Logger.logfmtLogger, (line) => void lines.push(line))
  )

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`what an analyst holds on ${flavour}`, () => {
    it.scopedLive("an analyst cannot compute the name of a table's lock", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const computed = "CONCAT('sluice:', LEFT(SHA2(CONCAT(DATABASE(), '.', 'readings'), 256), 40))"
        yield* session(database, "analyst", `DO GET_LOCK(${computed}, 0)`)
        yield* Effect.provide(publishReadings(3, 1), databases.stores(database, { lockWait }))
        const other = yield* databases.make(flavour, spec)
        yield* Effect.provide(publishReadings(3, 1), databases.stores(other, { lockWait }))
        const names = [database, other].map((each) =>
          databases.asAdmin(each, "SELECT value FROM sluice_secrets WHERE name = 'locks'")
        )
        const [one, another] = yield* Effect.all(names)
        expect(one).toHaveLength(1)
        expect(one).not.toEqual(another)
      })
    )

    it.scopedLive(
      "an open transaction of the analyst stops a publish for the wait, and the administrator then ends it",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          yield* Effect.provide(publishReadings(3, 1), databases.stores(database))
          const reader = yield* session(database, "analyst", "START TRANSACTION", "SELECT * FROM readings")

          const refused = yield* Effect.flip(Effect.provide(publishReadings(4, 2), databases.stores(database, { lockWait })))
          expect(refused.message).toBe(
            'Could not publish readings: another session has held "readings" for longer than 1s (SLUICE_LOCK_WAIT). Nothing was changed. The account in DATABASE_URL cannot see which. Set DATABASE_ADMIN_URL, and sessions of the analysts\' account are ended; or have the administrator find it with SHOW PROCESSLIST, end it with KILL and its "Id", and run again.'
          )

          const lines: Array<string> = []
          yield* publishReadings(4, 2).pipe(Effect.provide(administered(database)), Effect.provide(logged(lines)))
          expect(lines.join("")).toContain(`sessions=${reader.threadId} tables=readings`)
          expect(yield* Effect.provide(readAll(Readings), databases.stores(database))).toEqual(readings(4, 2))
          expect(yield* Effect.either(reader.query("SELECT 1"))).toMatchObject({ _tag: "Left" })
        })
    )

    it.scopedLive("rows that the analyst has locked do not stop an erasure", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, {
          tables: [People],
          masks: [],
          views: [],
          analyst: Grants.select(People)
        })
        yield* Effect.provide(fill("before"), databases.stores(database))
        // Each needs only the right to SELECT.
        const lock = flavour === "MariaDB" ? "FOR UPDATE" : "FOR SHARE"
        yield* session(database, "analyst", "START TRANSACTION", `SELECT * FROM contract_people ${lock}`)
        const refused = yield* Effect.flip(Effect.provide(eraseAda, databases.stores(database, { lockWait })))
        expect(refused).toMatchObject({ reason: "Conflict", operation: "erase a person" })
        const found = yield* Effect.provide(eraseAda, administered(database))
        expect(found.rows).toEqual({ contract_people: 1, contract_letters: 3 })
      })
    )

    it.scopedLive("a view is replaced although the analyst reads it in an open transaction", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* session(database, "analyst", "START TRANSACTION", "SELECT * FROM generations")
        const replace = Effect.flatMap(Warehouse, (warehouse) => step(warehouse.publishView(Generations)))
        yield* Effect.provide(replace, administered(database))
      })
    )

    it.scopedLive("another account's session is left alone and named, with the KILL that ends it", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(publishReadings(3, 1), databases.stores(database))
        const dump = yield* session(database, "admin", "START TRANSACTION", "SELECT * FROM readings")
        yield* Effect.sleep("1200 millis")
        const refused = yield* Effect.flip(Effect.provide(publishReadings(4, 2), administered(database)))
        expect(refused.message).toContain(
          `session ${dump.threadId} of "root". End it with KILL ${dump.threadId}, and run again.`
        )
        expect((yield* dump.query("SELECT 1")).rows).toHaveLength(1)
      })
    )
  })
}
