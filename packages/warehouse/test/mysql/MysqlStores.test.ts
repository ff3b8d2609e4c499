import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { flavours, isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
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
            `Could not connect to the database server at ${at}: it refuses the user "${url.user}" (ER_ACCESS_DENIED_ERROR). Correct DATABASE_URL, or set DATABASE_ADMIN_URL and run "pnpm assets provision", which creates the account. If it takes encrypted connections only (REQUIRE SSL, require_secure_transport), add ssl-mode=REQUIRED or better to DATABASE_URL.`
          ],
          [
            { ...url, database: "no_such_database" },
            "Missing",
            `Could not connect to the database server at ${at}: there is no database "no_such_database" that the user "${url.user}" may use (ER_DBACCESS_DENIED_ERROR). Correct DATABASE_URL, or set DATABASE_ADMIN_URL and run "pnpm assets provision", which creates the database.`
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

    it.live("refuses an account that could do more than a pipeline should", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const { url } = database
        const own = `'${url.user}'@'%'`
        const refusal = Effect.map(Effect.flip(build(url)), (failed) => [failed.reason, failed.detail.replace(/,.*$/, "")])
        const administrator = yield* Effect.flip(build({ ...database.admin, database: url.database }))
        expect(administrator.message).toContain("DATABASE_URL must name the pipeline's own account")
        for (const [grant, revoke, told] of [
          ["GRANT FILE ON *.* TO", "REVOKE FILE ON *.* FROM", "it has FILE"],
          ["GRANT SUPER ON *.* TO", "REVOKE SUPER ON *.* FROM", "it has SUPER"]
        ]) {
          yield* databases.asAdmin(database, `${grant} ${own}`, `${grant} '${url.user}'@'localhost'`)
          expect(yield* refusal).toEqual(["Misconfigured", told])
          yield* databases.asAdmin(database, `${revoke} ${own}`, `${revoke} '${url.user}'@'localhost'`)
        }
        yield* databases.asAdmin(
          database,
          `GRANT SELECT ON ${url.database}.* TO ${own} WITH GRANT OPTION`,
          `GRANT SELECT ON ${url.database}.* TO '${url.user}'@'localhost' WITH GRANT OPTION`
        )
        expect(yield* refusal).toEqual(["Misconfigured", "it has GRANT OPTION"])
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
            const { rows } = yield* warehouse.query("SHOW TABLES LIKE 'readings%'", "pipeline")
            expect([rows.flat(), yield* readAll(Readings)]).toEqual([["readings"], readings(5, 4)])
          }),
          databases.stores(database)
        )
      }).pipe(Effect.scoped)
    )
  })
}
