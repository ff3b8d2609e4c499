import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Grants from "@sluice/core/relation/Grants"
import * as PipelineRights from "@sluice/warehouse/mysql/PipelineRights"
import * as InternalTables from "@sluice/warehouse/sql/internalTables"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as RecordingProxy from "../../../../test/servers/RecordingProxy.ts"
import { flavours, isAvailable, sharedPort } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Generations, Readings, readings, spec } from "./tables.ts"

const publish = (rows = readings(2, 1)) =>
  Effect.flatMap(Warehouse, (warehouse) => step(warehouse.publish(Readings, Dataset.fromArray(rows))))

const askAs = (who: "pipeline" | "analyst", sql: string) =>
  Effect.flatMap(WarehouseReader, (reader) => Effect.map(reader.query(sql, who), ({ rows }) => rows))

const internal = InternalTables.names

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`MysqlProvisioner on ${flavour}`, () => {
    const notThereYet = Effect.map(
      Effect.promise(() => sharedPort(flavour)),
      databases.on
    )

    it.live("creates what is missing, a line each, and does nothing the second time", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet
        const { analyst, url } = database
        const first = yield* databases.provision(database, spec)
        const hosts = first.find((line) => line.startsWith("created the pipeline's account"))?.replace(/^.* from /, "")
        expect(hosts).toMatch(/^%, localhost/)
        const grants = `${PipelineRights.privileges.join(", ")} on \`${url.database.replaceAll("_", "\\_")}\`.*`
        expect(first).toEqual([
          `created the database "${url.database}"`,
          `created the pipeline's account "${url.user}" for connections from ${hosts}`,
          `granted ${grants} to the pipeline's account "${url.user}"`,
          ...[...internal, "every_type", "generations", "readings", "sensitive_cities"]
            .sort()
            .map((name) => `created the ${name === "generations" ? "view" : "table"} ${name}`),
          `created the analyst "${analyst.user}" for connections from ${hosts}`,
          `granted SELECT on \`${url.database}\`.\`readings\` to the analyst "${analyst.user}"`,
          `granted SELECT on \`${url.database}\`.\`generations\` to the analyst "${analyst.user}"`
        ])
        expect(yield* databases.provision(database, spec)).toEqual([])
      })
    )

    it.scopedLive("goes on where it was when a connection is lost, and tells what it did in all", () =>
      Effect.gen(function* () {
        const undisturbed = (yield* databases.provision(yield* notThereYet, spec)).length
        const port = yield* Effect.promise(() => sharedPort(flavour))
        for (const cutAt of ["CREATE USER", "GRANT SELECT", "CREATE TABLE `readings`"]) {
          const proxy = yield* RecordingProxy.make(port, { cutAt })
          const database = databases.on(proxy.port)
          const lines = yield* databases.provision(database, spec)
          expect([cutAt, lines.length, lines.filter((line) => line.startsWith("created the table readings"))]).toEqual([
            cutAt,
            undisturbed,
            ["created the table readings"]
          ])
          expect(yield* databases.provision(database, spec)).toEqual([])
          const drift = Effect.flatMap(WarehouseAudit, (audit) => audit.drift(spec))
          expect(yield* Effect.provide(drift, databases.stores(database))).toEqual([])
        }
      })
    )

    it.live("names the external table that a view reads, if nobody has loaded it", () =>
      Effect.gen(function* () {
        const viewOnly = { tables: [], masks: [], views: [Generations], analyst: Grants.select(Generations) }
        const failed = yield* Effect.flip(databases.provision(yield* notThereYet, viewOnly))
        expect({ reason: failed.reason, detail: failed.detail }).toStrictEqual({
          reason: "Missing",
          detail:
            "The view generations reads readings, which nothing has loaded yet. It is external: its owner must load it first."
        })
      })
    )

    it.live("makes accounts with which the stores open, publish and answer the analyst", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            expect(yield* askAs("analyst", "SELECT * FROM readings")).toEqual([])
            yield* publish()
            yield* step(Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Generations)))
            const views = yield* askAs("analyst", "SELECT * FROM generations")
            expect(views).toEqual([[1, 2, null]])
            expect(yield* askAs("analyst", "SELECT id FROM readings ORDER BY id")).toEqual([["00000000"], ["00000001"]])
          }),
          databases.stores(database)
        )
        expect(yield* databases.provision(database, spec)).toEqual([])
      })
    )

    it.live(
      "lets the analyst see the public tables and views, and refuses everything else, before, during and after a publish",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          const name = database.url.database
          const analyst = { ...database.url, ...database.analyst }
          const refused = [
            ...[...internal, "sensitive_cities", "every_type"].map((table) => `SELECT * FROM ${table}`),
            "SELECT COUNT(*) FROM sensitive_cities",
            "SHOW CREATE TABLE sensitive_cities",
            "SELECT * FROM mysql.user",
            "SELECT authentication_string FROM mysql.global_priv",
            "INSERT INTO readings VALUES ('x', 1, NULL)",
            "UPDATE readings SET generation = 2",
            "DELETE FROM readings",
            "TRUNCATE TABLE readings",
            "DROP TABLE readings",
            "ALTER TABLE readings ADD COLUMN x INT",
            "RENAME TABLE readings TO mine",
            "CREATE TABLE mine (n INT)",
            "CREATE TEMPORARY TABLE mine (n INT)",
            "CREATE VIEW mine AS SELECT * FROM readings",
            "CREATE OR REPLACE VIEW generations AS SELECT 1",
            "CREATE DATABASE mine",
            "CREATE INDEX mine ON readings (id)",
            "LOCK TABLES readings WRITE",
            "SELECT * INTO OUTFILE '/tmp/sluice-test-outfile' FROM readings",
            "SELECT LOAD_FILE('/etc/hosts') INTO DUMPFILE '/tmp/sluice-test-dumpfile'",
            "SET GLOBAL max_connections = 10",
            `GRANT SELECT ON \`${name}\`.* TO '${analyst.user}'@'%'`
          ]
          const refuseAll = (more: ReadonlyArray<string>) =>
            Effect.gen(function* () {
              const allowed: Array<string> = []
              for (const sql of [...refused, ...more]) {
                const answer = yield* Effect.either(databases.as(analyst, sql))
                if (answer._tag === "Right") allowed.push(sql)
              }
              expect(allowed).toEqual([])
              const visible = yield* databases.as(
                analyst,
                `SELECT table_name FROM information_schema.tables WHERE table_schema = '${name}' ORDER BY 1`
              )
              expect(visible.flat()).toEqual(["generations", "readings"])
            })
          yield* Effect.provide(
            Effect.gen(function* () {
              yield* refuseAll([])
              yield* publish()
              const stuck = Dataset.fromChunks(Stream.concat(Stream.make(readings(2, 2)), Stream.never))
              const warehouse = yield* Warehouse
              const publishing = yield* Effect.fork(step(warehouse.publish(Readings, stuck)))
              const [staging] = yield* Effect.repeat(askAs("pipeline", "SHOW TABLES LIKE 'readings\\_\\_staging%'"), {
                until: (rows) => rows.length > 0
              })
              yield* refuseAll([`SELECT * FROM ${staging?.[0]}`])
              expect(yield* askAs("analyst", "SELECT DISTINCT generation FROM readings")).toEqual([[1]])
              yield* Fiber.interrupt(publishing)
              yield* publish()
              yield* refuseAll([])
            }),
            databases.stores(database)
          )
        })
    )

    it.live("takes from its accounts what they should not have, and gives back what they lack", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const { analyst, url } = database
        const reader = `'${analyst.user}'@'%'`
        yield* databases.asAdmin(
          database,
          `GRANT FILE ON *.* TO ${reader}`,
          `GRANT SELECT, INSERT ON ${url.database}.* TO ${reader} WITH GRANT OPTION`,
          `GRANT SELECT ON ${url.database}.sensitive_cities TO ${reader}`,
          `GRANT SELECT (source, reason), UPDATE (reason) ON ${url.database}.quarantine TO ${reader}`,
          `GRANT INSERT ON ${url.database}.readings TO ${reader}`,
          `REVOKE SELECT ON ${url.database}.generations FROM ${reader}`,
          `CREATE ROLE role_${url.database}`,
          `GRANT role_${url.database} TO ${reader}`,
          `GRANT FILE ON *.* TO '${url.user}'@'%'`
        )
        const lines = yield* databases.provision(database, spec)
        // MariaDB lists an account's columns in its own order.
        const columns = lines.join().includes("(`reason`, `source`)")
          ? "SELECT (`reason`, `source`), UPDATE (`reason`)"
          : "SELECT (`source`, `reason`), UPDATE (`reason`)"
        const role = flavour === "MySQL" ? `\`role_${url.database}\`@\`%\`` : `\`role_${url.database}\``
        expect([...lines].sort()).toEqual(
          [
            `granted SELECT on \`${url.database}\`.\`generations\` to the analyst "${analyst.user}"`,
            `revoked FILE ON *.* from the analyst "${analyst.user}"`,
            `revoked FILE ON *.* from the pipeline's account "${url.user}"`,
            `revoked GRANT OPTION ON \`${url.database}\`.* from the analyst "${analyst.user}"`,
            `revoked SELECT, INSERT ON \`${url.database}\`.* from the analyst "${analyst.user}"`,
            `revoked INSERT ON \`${url.database}\`.\`readings\` from the analyst "${analyst.user}"`,
            `revoked ${columns} ON \`${url.database}\`.\`quarantine\` from the analyst "${analyst.user}"`,
            `revoked SELECT ON \`${url.database}\`.\`sensitive_cities\` from the analyst "${analyst.user}"`,
            `revoked ${role} from the analyst "${analyst.user}"`
          ].sort()
        )
        expect(yield* databases.provision(database, spec)).toEqual([])
      })
    )

    it.live("leaves an account that had all privileges with those that it needs", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const { url } = database
        const own = `\`${url.database.replaceAll("_", "\\_")}\`.*`
        const of = `the pipeline's account "${url.user}"`
        yield* databases.asAdmin(database, `GRANT ALL ON ${own} TO '${url.user}'@'%'`)
        expect(yield* databases.provision(database, spec)).toEqual([
          `revoked ALL PRIVILEGES ON ${own} from ${of}`,
          `granted ${PipelineRights.privileges.join(", ")} on ${own} to ${of}`
        ])
        expect(yield* databases.provision(database, spec)).toEqual([])
      })
    )

    it.live("what the store keeps for itself is all that it creates besides what is declared", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const tables = yield* Effect.provide(askAs("pipeline", "SHOW TABLES"), databases.stores(database))
        const declared = [...spec.tables, ...spec.views, ...spec.masks].map(({ name }) => name)
        expect(tables.flat().sort()).toEqual([...declared, ...InternalTables.names].sort())
      })
    )

    it.live("sets the configured passwords where others are in force", () =>
      Effect.gen(function* () {
        const before = yield* databases.make(flavour, spec)
        const after = {
          ...before,
          url: { ...before.url, password: Redacted.make("new pipeline") },
          analyst: { ...before.analyst, password: Redacted.make("new analyst") }
        }
        const hosts = yield* databases.as(
          before.admin,
          `SELECT host FROM mysql.user WHERE user = '${before.url.user}' ORDER BY 1`
        )
        expect(yield* databases.provision(after, spec)).toEqual([
          `set the password of the pipeline's account "${after.url.user}" for connections from ${hosts.flat().join(", ")}`,
          `set the password of the analyst "${after.analyst.user}" for connections from ${hosts.flat().join(", ")}`
        ])
        expect(yield* Effect.provide(askAs("analyst", "SELECT 1"), databases.stores(after))).toEqual([[1]])
        expect((yield* Effect.flip(databases.as(before.url, "SELECT 1"))).message).toBe("ER_ACCESS_DENIED_ERROR")
      })
    )

    it.live("works on a database and tables that others made, without touching their rows", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet
        yield* databases.as(
          database.admin,
          `CREATE DATABASE ${database.url.database}`,
          `CREATE TABLE ${database.url.database}.readings (id VARCHAR(100), generation INT, at DATETIME(3))`,
          `INSERT INTO ${database.url.database}.readings VALUES ('theirs', 1, NULL)`
        )
        const lines = yield* databases.provision(database, spec)
        expect(lines.filter((line) => /created the (database|table readings)/.test(line))).toEqual([])
        expect(yield* Effect.provide(askAs("analyst", "SELECT id FROM readings"), databases.stores(database))).toEqual([
          ["theirs"]
        ])
      })
    )

    it.live("refuses one account for two roles, and an administrator whom the server refuses", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet
        const { admin, analyst, url } = database
        const refusals = [
          [{ ...database, url: { ...url, user: "root" } }, "Misconfigured", 'DATABASE_URL names the administrator "root"'],
          [{ ...database, analyst: { ...analyst, user: url.user } }, "Misconfigured", "is also the pipeline's account"],
          [{ ...database, analyst: { ...analyst, user: "root" } }, "Misconfigured", "is also the administrator"],
          [
            { ...database, admin: { ...admin, password: Redacted.make("wrong-canary") } },
            "AccessDenied",
            "Correct DATABASE_ADMIN_URL."
          ]
        ] as const
        for (const [options, reason, message] of refusals) {
          const failed = yield* Effect.flip(databases.provision(options, spec))
          expect([failed.reason, failed.message]).toEqual([reason, expect.stringContaining(message)])
          expect(JSON.stringify(failed)).not.toContain("canary")
        }
      })
    )
  })
}
