import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Erasure } from "@sluice/warehouse/Erasure"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe } from "vitest"
import { type Flavour, flavours, isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
import { spec as erasure, fill, People, person, publishPeople } from "../contract/people.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Generations, Readings, readings, spec } from "./tables.ts"

const modes: Readonly<Record<Flavour, string>> = {
  MySQL: "ANSI,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,HIGH_NOT_PRECEDENCE,IGNORE_SPACE",
  MariaDB: "ORACLE,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,EMPTY_STRING_IS_NULL,NO_TABLE_OPTIONS"
}

/** Defaults that change the meaning of statements. `SET GLOBAL` is for those that are no start options in every version. */
const options = (flavour: Flavour) => [
  // MySQL 9.7 has no such option. There, `init_connect` has the same effect.
  ...(flavour === "MariaDB" ? ["--skip-character-set-client-handshake"] : []),
  "--character-set-server=latin1",
  `--sql-mode=${modes[flavour]}`,
  "--transaction-isolation=READ-COMMITTED",
  "--autocommit=0",
  "--completion-type=CHAIN"
]
const globals = [
  "SET GLOBAL sql_select_limit = 2",
  "SET GLOBAL sql_quote_show_create = 0",
  "SET GLOBAL init_connect = 'SET NAMES latin1, sql_safe_updates = 1'"
]

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`${flavour} with other defaults`, () => {
    it.scopedLive("reads, writes, finds no drift, and erases a person whose name is not ASCII", () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn(flavour, options(flavour))),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.provision(database, spec)
        yield* databases.asAdmin(database, ...globals)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const audit = yield* WarehouseAudit
            const reader = yield* WarehouseReader
            const some = [...readings(3, 1), { id: "ä'\\\"", generation: 1, at: null }]
            yield* step(warehouse.publish(Readings, Dataset.fromArray(some)))
            yield* warehouse.publishView(Generations)
            expect(yield* readAll(Readings)).toEqual(some)
            expect(yield* audit.drift(spec)).toEqual([])
            for (const role of ["pipeline", "analyst"] as const) {
              const { rows } = yield* reader.query("SELECT id, HEX(id) FROM readings WHERE id LIKE 'ä%'", role)
              expect([role, rows]).toEqual([role, [["ä'\\\"", "C3A4275C22"]]])
              const all = yield* reader.query("SELECT COUNT(*) FROM (SELECT id FROM readings) r", role)
              expect([role, all.rows]).toEqual([role, [[4]]])
            }

            const { erase, preview } = yield* Erasure
            yield* fill("before")
            yield* publishPeople("before", ["bob", "ä"])
            const found = {
              rows: { contract_people: 1, contract_letters: 0 },
              masks: { contract_cities: 0, contract_jobs: 0 }
            }
            expect(yield* preview(erasure, Redacted.make("ä"))).toMatchObject(found)
            expect(yield* erase(erasure, Redacted.make("ä"))).toMatchObject(found)
            expect(yield* readAll(People)).toEqual([person("bob")])
          }),
          databases.stores(database)
        )
      })
    )
  })
}
