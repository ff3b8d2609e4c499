import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import type { Difference } from "@sluice/warehouse/checks/Difference"
import * as Drift from "@sluice/warehouse/checks/Drift"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { flavours, isAvailable, type Server, startOwn } from "../../../../test/servers/TestServers.ts"
import { spec } from "../checks/things.ts"
import * as databases from "./databases.ts"

const drift = Effect.flatMap(WarehouseAudit, (audit) => audit.drift(spec))
const proof = Effect.flatMap(WarehouseAudit, (audit) => audit.proof(spec))
const told = (found: ReadonlyArray<Difference>) => found.map(({ subject, found }) => [subject, found])
const remedies = (found: ReadonlyArray<Difference>) => found.flatMap(({ remedy }) => remedy.split("; "))

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`rights that no grant of the account's own shows, on ${flavour}`, () => {
    let server: Server
    beforeAll(async () => {
      server = await startOwn(flavour)
    })
    afterAll(() => server.stop())

    const made = Effect.suspend(() => {
      const database = databases.on(server.port)
      return Effect.as(databases.provision(database, spec), database)
    })
    const refusedRun = (database: databases.Database) =>
      Effect.flip(Drift.check(spec)).pipe(
        Effect.flatMap((found) => (found instanceof Drift.DriftFound ? Effect.succeed(found) : Effect.fail(found))),
        Effect.map(({ differences }) => differences),
        Effect.provide(databases.stores(database))
      )

    it.live("an analyst who is refused everything that is closed is proved to be, and a run goes on", () =>
      Effect.gen(function* () {
        const database = yield* made
        const { by, open, refused } = yield* Effect.provide(
          Effect.zipRight(Drift.check(spec), proof),
          databases.stores(database)
        )
        expect([by, open, refused > 10]).toEqual(["login", [], true])
      })
    )

    it.live("nothing is proved without the analyst's password, or with a wrong one", () =>
      Effect.gen(function* () {
        const { analyst, url } = yield* made
        const nothing = { by: "nothing", refused: 0, open: [] }
        const wrong = { ...analyst, password: Redacted.make("wrong") }
        expect(yield* Effect.provide(proof, databases.stores({ url }))).toEqual(nothing)
        expect(yield* Effect.provide(proof, databases.stores({ url, analyst: wrong }))).toEqual(nothing)
      })
    )

    it.live("rights of an account without a name stop a run, since the analyst reads what is closed", () =>
      Effect.gen(function* () {
        const database = yield* made
        const { admin, analyst, url } = database
        const pattern = url.database.replaceAll("_", "\\_")
        yield* databases.as(admin, "CREATE USER IF NOT EXISTS ''@'%'", `GRANT SELECT ON \`${pattern}\`.* TO ''@'%'`)
        const found = yield* refusedRun(database)
        expect(told(found).filter(([subject]) => subject === "check_cities" || subject === "any other table")).toEqual([
          ["check_cities", "the analyst reads it"],
          ["any other table", "the analyst reads it"]
        ])
        const administrator = { url: admin, analysts: [analyst.user] }
        const seen = yield* Effect.provide(drift, databases.stores(database, { administrator }))
        expect(told(seen)).toEqual([["every account of the server", `rights ON \`${pattern}\`.*`]])
        yield* databases.as(admin, ...remedies(seen))
        yield* Effect.provide(Drift.check(spec), databases.stores(database))
      })
    )

    it.live("what a role's role gives is proved open, though the analyst has not assumed the role", () =>
      Effect.gen(function* () {
        const database = yield* made
        const role = `r_${database.url.database}`
        yield* databases.asAdmin(
          database,
          `CREATE ROLE ${role}, ${role}_inner`,
          `GRANT SELECT (city) ON check_cities TO ${role}_inner`,
          `GRANT ${role}_inner TO ${role}`,
          ...["%", "localhost"].map((host) => `GRANT ${role} TO '${database.analyst.user}'@'${host}'`)
        )
        const { open } = yield* Effect.provide(proof, databases.stores(database))
        expect(told(open)).toEqual([["check_cities", "the analyst reads it"]])
        expect((yield* refusedRun(database)).map(({ remedy }) => remedy)).toEqual([
          expect.stringMatching(new RegExp(`^REVOKE \`${role}\`.* FROM '${database.analyst.user}'@`))
        ])
      })
    )

    it.live("provisioning refuses a database in which every account has rights, and changes nothing", () =>
      Effect.gen(function* () {
        const database = databases.on(server.port)
        const pattern = `${database.url.database.slice(0, -1)}%`.replaceAll("_", "\\_")
        const everybody = flavour === "MariaDB" ? "PUBLIC" : "''@'%'"
        yield* databases.as(
          database.admin,
          ...(flavour === "MariaDB" ? [] : ["CREATE USER IF NOT EXISTS ''@'%'"]),
          `GRANT SELECT, INSERT ON \`${pattern}\`.* TO ${everybody}`
        )
        const refused = yield* Effect.flip(databases.provision(database, spec))
        expect([refused.reason, refused.message]).toEqual([
          "Misconfigured",
          expect.stringContaining(`every account of the server has rights in "${database.url.database}":`)
        ])
        expect(refused.message).toContain(
          flavour === "MariaDB"
            ? `run REVOKE SELECT, INSERT ON \`${pattern}\`.* FROM PUBLIC as the administrator`
            : `run DELETE FROM mysql.db WHERE User = '' AND Host = '%'`
        )
        const names = `SELECT user FROM mysql.user WHERE user IN ('${database.url.user}', '${database.analyst.user}')`
        expect(yield* databases.as(database.admin, names)).toEqual([])
      })
    )

    it.live.runIf(flavour === "MariaDB")(
      "rights of PUBLIC in the database stop a run, with the REVOKE that repairs them",
      () =>
        Effect.gen(function* () {
          const database = yield* made
          const on = `\`${database.url.database}\`.\`check_cities\``
          yield* databases.as(database.admin, `GRANT SELECT ON ${on} TO PUBLIC`)
          const found = yield* refusedRun(database)
          expect(found.map(({ remedy, subject }) => [subject, remedy])).toEqual([
            ["every account of the server", `REVOKE SELECT ON ${on} FROM PUBLIC`]
          ])
          yield* databases.as(database.admin, ...remedies(found))
          yield* Effect.provide(Drift.check(spec), databases.stores(database))
        })
    )

    // Regression: the REVOKE in the message named a right that had not been granted to the account or role itself.
    it.live.runIf(flavour === "MySQL")("a mandatory role that gives rights, if only by its own role, is made optional", () =>
      Effect.gen(function* () {
        const database = yield* made
        yield* databases.asAdmin(
          database,
          "CREATE ROLE staff, archive, harmless",
          "GRANT SELECT ON check_cities TO archive",
          "GRANT archive TO staff",
          "SET GLOBAL mandatory_roles = 'harmless,staff,no_such_role'",
          "SET GLOBAL activate_all_roles_on_login = ON"
        )
        const found = yield* refusedRun(database)
        expect(found.map(({ found, remedy, subject }) => [subject, found, remedy])).toEqual([
          [
            "check_cities",
            `SELECT ON \`${database.url.database}\`.\`check_cities\`, by the mandatory role \`staff\`@\`%\``,
            "SET PERSIST mandatory_roles = '`harmless`@`%`,`no_such_role`@`%`'"
          ]
        ])
        yield* databases.asAdmin(database, ...remedies(found))
        yield* Effect.provide(Drift.check(spec), databases.stores(database))
        yield* databases.as(database.admin, "SET PERSIST mandatory_roles = ''")
      })
    )
  })
}
