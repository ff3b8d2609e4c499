import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import * as PipelineRights from "@sluice/warehouse/mysql/PipelineRights"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { flavours, isAvailable, sharedPort, startOwn } from "../../../../test/servers/TestServers.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { recorded, step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

const publish = (rows: Parameters<typeof Dataset.fromArray<(typeof some)[number]>>[0]) =>
  Effect.flatMap(Warehouse, (warehouse) => step(warehouse.publish(Readings, Dataset.fromArray(rows))))

const some = readings(3, 1)
const build = (url: MysqlUrl) => Effect.scoped(Layer.build(databases.stores({ url })))

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`MysqlStores on ${flavour}`, () => {
    it.live("says which setting to correct when it cannot connect, and never the password", () =>
      Effect.gen(function* () {
        const { url } = yield* databases.make(flavour)
        const at = `${url.host}:${url.port}`
        const canary = Redacted.make("canary-password")
        const refusals: ReadonlyArray<readonly [MysqlUrl, string, string]> = [
          [
            { ...url, password: canary },
            "AccessDenied",
            `Could not connect to the database server at ${at}: it refuses the user "${url.user}" (ER_ACCESS_DENIED_ERROR). Correct DATABASE_URL, or set DATABASE_ADMIN_URL and run \`sluice provision\`, which creates the account. If it takes encrypted connections only (REQUIRE SSL, require_secure_transport), add ssl-mode=REQUIRED or better to DATABASE_URL.`
          ],
          [
            { ...url, database: "no_such_database" },
            "Missing",
            `Could not connect to the database server at ${at}: there is no database "no_such_database" that the user "${url.user}" may use (ER_DBACCESS_DENIED_ERROR). Correct DATABASE_URL, or set DATABASE_ADMIN_URL and run \`sluice provision\`, which creates the database.`
          ],
          [
            { ...url, port: 1, password: canary },
            "Unreachable",
            `Could not connect to the database server at ${url.host}:1: nothing answers there (ECONNREFUSED). Start the server, or correct host and port in DATABASE_URL.`
          ],
          [
            { ...url, host: "no-such-host.invalid", password: canary },
            "Unreachable",
            expect.stringMatching(
              /the name of the host is not known \((ENOTFOUND|EAI_AGAIN)\). Correct the host in DATABASE_URL\.$/
            )
          ]
        ]
        for (const [wrong, reason, message] of refusals) {
          const failed = yield* Effect.flip(build(wrong))
          expect([failed.reason, failed.message]).toEqual([reason, message])
          expect(JSON.stringify(failed)).not.toContain("canary")
        }
      })
    )

    it.live("refuses an account that could do more than a pipeline must, and names the statement that repairs it", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const { url } = database
        const [[name] = []] = yield* databases.as(url, "SELECT CURRENT_USER()")
        const account = String(name).replace(/^(.*)@(.*)$/, "'$1'@'$2'")
        const own = `\`${url.database.replaceAll("_", "\\_")}\`.*`
        const privileges = `${PipelineRights.privileges.join(", ")} ON ${own}`
        const cases: ReadonlyArray<readonly [grant: string, has: string, statements: ReadonlyArray<string>]> = [
          ["FILE ON *.*", "FILE ON *.*", ["REVOKE FILE ON *.*"]],
          ["CREATE USER ON *.*", "CREATE USER ON *.*", ["REVOKE CREATE USER ON *.*"]],
          ["SELECT ON mysql.*", "SELECT ON `mysql`.*", ["REVOKE SELECT ON `mysql`.*"]],
          [`SELECT ON \`${url.database}\`.*`, `SELECT ON \`${url.database}\`.*`, [`REVOKE SELECT ON \`${url.database}\`.*`]],
          [`EXECUTE ON ${own}`, `EXECUTE ON ${own}`, [`REVOKE EXECUTE ON ${own}`]],
          [`ALL ON ${own}`, `ALL PRIVILEGES ON ${own}`, [`REVOKE ALL PRIVILEGES ON ${own}`, `GRANT ${privileges}`]]
        ]
        for (const [grant, has, statements] of cases) {
          yield* databases.asAdmin(database, `GRANT ${grant} TO ${account}`)
          const failed = yield* Effect.flip(build(url))
          const said = statements.map((sql) => `${sql} ${sql.startsWith("GRANT") ? "TO" : "FROM"} ${account}`)
          const lacks = statements.length > 1 ? `, and it lacks ${privileges}` : ""
          expect([failed.reason, failed.detail]).toEqual([
            "Misconfigured",
            `it has ${has}, which no pipeline may have${lacks}. Run ${said.join("; ")}. Or put the administrator into DATABASE_ADMIN_URL and an account of your choice into DATABASE_URL, and \`sluice provision\` creates it.`
          ])
          yield* databases.asAdmin(database, ...said)
          yield* build(url)
        }
        yield* databases.asAdmin(database, `GRANT SELECT ON ${own} TO ${account} WITH GRANT OPTION`)
        expect((yield* Effect.flip(build(url))).detail).toContain(
          `it has GRANT OPTION ON ${own}, which no pipeline may have`
        )
        const administrator = yield* Effect.flip(build({ ...database.admin, database: url.database }))
        expect(administrator.message).toMatch(
          /which no pipeline may have.*\. DATABASE_URL must name the pipeline's own account: [^;]*$/
        )
      })
    )

    // Regression: the first statement without its right failed, after others had written.
    it.live("refuses an account that lacks a right before it writes anything, and names the GRANT", () =>
      Effect.gen(function* () {
        const database = databases.on(yield* Effect.promise(() => sharedPort(flavour)))
        const { url } = database
        const account = `'${url.user}'@'%'`
        const own = `\`${url.database.replaceAll("_", "\\_")}\`.*`
        yield* databases.as(
          database.admin,
          `CREATE DATABASE ${url.database}`,
          `CREATE USER ${account} IDENTIFIED BY 'pipeline'`,
          `GRANT ${PipelineRights.privileges.join(", ")} ON ${own} TO ${account}`
        )
        const login = { ...url, password: Redacted.make("pipeline") }
        for (const lacking of PipelineRights.privileges) {
          yield* databases.asAdmin(database, `REVOKE ${lacking} ON ${own} FROM ${account}`)
          const failed = yield* Effect.flip(build(login))
          expect(failed.detail).toContain(
            `it lacks ${lacking} ON ${own}. Run GRANT ${lacking} ON ${own} TO ${account}. Or put`
          )
          expect(yield* databases.asAdmin(database, "SHOW TABLES")).toEqual([])
          yield* databases.asAdmin(database, `GRANT ${lacking} ON ${own} TO ${account}`)
        }
        yield* build(login)
      })
    )

    it.live("keeps the old rows or has the new when the server dies in a publish, and goes on without being reopened", () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn(flavour)),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.provision(database, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const reader = yield* WarehouseReader
            yield* publish(some)
            const killed = Effect.promise(() => server.kill())

            const loading = Stream.concat(
              Stream.make(readings(5_000, 2)),
              Stream.fromEffect(Effect.delay(Effect.as(killed, readings(1, 2)), "200 millis"))
            )
            const lost = yield* Effect.flip(step(warehouse.publish(Readings, Dataset.fromChunks(loading))))
            expect(lost).toMatchObject({ _tag: "WarehouseFailed", reason: "Unreachable", retryable: true })
            yield* Effect.promise(() => server.restart())
            expect(yield* readAll(Readings)).toEqual(some)

            const swapping = yield* Effect.fork(
              Effect.either(
                recorded(warehouse.publish(Readings, Dataset.fromArray(readings(4, 3))), () =>
                  Effect.asVoid(Effect.forkDaemon(killed))
                )
              )
            )
            yield* Fiber.join(swapping)
            yield* killed
            yield* Effect.promise(() => server.restart())
            expect([some, readings(4, 3)]).toContainEqual(yield* readAll(Readings))

            yield* publish(readings(5, 4))
            const { rows } = yield* reader.query("SHOW TABLES LIKE 'readings%'", "pipeline")
            expect([rows.flat(), yield* readAll(Readings)]).toEqual([["readings"], readings(5, 4)])
          }),
          databases.stores(database)
        )
      }).pipe(Effect.scoped)
    )
  })
}
