import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Grants from "@sluice/core/relation/Grants"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll } from "vitest"
import { type Flavour, flavours, isAvailable, type Server, startOwn } from "../../../../test/servers/TestServers.ts"
import { Cities, masked } from "../contract/people.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Every } from "./tables.ts"

const options: Readonly<Record<Flavour, ReadonlyArray<string>>> = {
  MySQL: ["--max-allowed-packet=1M", "--table-definition-cache=400"],
  MariaDB: [
    "--max-allowed-packet=1M",
    "--table-definition-cache=400",
    "--plugin-load-add=simple_password_check",
    "--strict-password-validation=OFF"
  ]
}

const EveryView = View.make("every_view", {
  description: "All values of every type",
  columns: Every.columns,
  on: [Every],
  select: () => "SELECT * FROM every_type ORDER BY 1"
})

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`a ${flavour} server with tight limits`, () => {
    let server: Server | undefined
    beforeAll(async () => {
      server = await startOwn(flavour, options[flavour])
    }, 60_000)
    afterAll(() => server?.stop())
    const fresh = () => databases.on(server?.port ?? Number.NaN)

    it.live("refuses a value longer than max_allowed_packet with both lengths, and it is not tried again", () =>
      Effect.gen(function* () {
        const database = fresh()
        yield* databases.provision(database)
        const long = masked("r", Cities, ["ä".repeat(2 ** 20)])
        const failed = yield* Effect.flip(Effect.provide(long, databases.stores(database)))
        expect(failed).toMatchObject({ _tag: "WarehouseFailed", reason: "Misconfigured", retryable: false })
        expect(failed.message).toMatch(
          /a statement of 2\.0 MiB was too long for the server, which takes 1\.0 MiB \(max_allowed_packet\)\. Its administrator raises that: SET GLOBAL max_allowed_packet = 4194304, and in the server's configuration\.$/
        )
      })
    )

    it.live("reads a view while more tables are open than it keeps definitions of", () =>
      Effect.gen(function* () {
        const database = fresh()
        yield* databases.provision(database, {
          tables: [Every],
          masks: [],
          views: [EveryView],
          analyst: Grants.select(Every)
        })
        // A connection keeps some hundred tables open, which then count as used.
        for (let connection = 0; connection < 5; connection++) {
          const names = Array.from({ length: 90 }, (_, n) => `filler_${connection}_${n}`)
          yield* databases.asAdmin(
            database,
            ...names.flatMap((name) => [`CREATE TABLE ${name} (a INT PRIMARY KEY)`, `SELECT * FROM ${name}`])
          )
        }
        const rows = Table.rows(Every, [
          {
            group: "a",
            position: 1,
            text: "ä'\\\"",
            amount: "12.50",
            flag: true,
            at: "2024-08-01T00:00:00.000Z",
            day: "2024-08-01"
          },
          {
            group: "b",
            position: 2,
            text: "",
            amount: "-0.01",
            flag: false,
            at: "2024-08-01T09:30:00.125Z",
            day: "1969-12-31"
          },
          { group: "c", position: -3, text: null, amount: null, flag: null, at: null, day: null }
        ])
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            yield* step(warehouse.publish(Every, Dataset.fromArray(rows)))
            yield* warehouse.publishView(EveryView)
            expect(yield* readAll(EveryView)).toEqual(rows)
          }),
          databases.stores(database)
        )
      })
    )

    it.live("has a password policy, and the error says whose password it refuses", () =>
      Effect.gen(function* () {
        const database = fresh()
        if (flavour === "MySQL") {
          yield* databases.as(database.admin, "INSTALL COMPONENT 'file://component_validate_password'")
        }
        const [weak, strong] = [Redacted.make("short"), Redacted.make("Long-Enough-7-$")]
        const refusal = (pipeline: Redacted.Redacted, analyst: Redacted.Redacted) => {
          const own = { ...database, url: { ...database.url, password: pipeline } }
          const provisioned = databases.provision({ ...own, analyst: { ...own.analyst, password: analyst } }, undefined, {
            passwordInClear: true
          })
          return Effect.map(Effect.flip(provisioned), ({ detail, reason }) => [reason, detail.split(":")[0]])
        }
        const refused = (whose: string, setting: string) => [
          "Misconfigured",
          `the server's password policy refuses the password of ${whose} (ER_NOT_VALID_PASSWORD). Set one in ${setting} that is long enough and has the kinds of characters that the policy asks for`
        ]
        expect([yield* refusal(weak, strong), yield* refusal(strong, weak)]).toEqual([
          refused(`the pipeline's account "${database.url.user}"`, "DATABASE_URL"),
          refused(`the analyst "${database.analyst.user}"`, "ANALYST_PASSWORD")
        ])
      })
    )
  })
}
