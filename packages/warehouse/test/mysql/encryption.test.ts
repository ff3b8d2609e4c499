import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { afterAll, beforeAll, describe } from "vitest"
import * as Certificates from "../../../../test/servers/Certificates.ts"
import * as RecordingProxy from "../../../../test/servers/RecordingProxy.ts"
import { flavours, isAvailable, type Server, startOwn } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Readings, spec } from "./tables.ts"

/** The outcome of opening the stores: the error, or the cipher of each account's connection. */
const outcome = (database: databases.Database, changes: Partial<MysqlUrl>) =>
  Effect.gen(function* () {
    const reader = yield* WarehouseReader
    const ciphers = yield* Effect.forEach(["pipeline", "analyst"] as const, (role) =>
      Effect.map(reader.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", role), ({ rows }) => rows[0]?.[1])
    )
    return ciphers.map((cipher) => (cipher === "" ? "plain" : "encrypted")).join(", ")
  }).pipe(
    Effect.provide(databases.stores({ ...database, url: { ...database.url, host: "localhost", ...changes } })),
    Effect.catchTag("WarehouseFailed", ({ detail, reason }) => Effect.succeed(`${reason}: ${detail}`))
  )

/** Runs an effect, and returns its result with the warnings. */
const withWarnings = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  return Effect.map(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)), (value) => ({ value, lines }))
}

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`TLS on ${flavour}`, () => {
    const directory = Certificates.directory()
    const inUse = { certificate: join(directory.path, "in-use.pem"), key: join(directory.path, "in-use-key.pem") }
    const use = ({ certificate, key }: Certificates.Certificate) => {
      copyFileSync(certificate, inUse.certificate)
      copyFileSync(key, inUse.key)
    }
    let [ours, theirs]: Array<Certificates.Authority> = []
    let server: Server | undefined
    const port = () => server?.port ?? Number.NaN

    beforeAll(async () => {
      ours = Certificates.authority(directory.path, "ours")
      theirs = Certificates.authority(directory.path, "theirs")
      use(ours.sign("localhost"))
      const files = [`--ssl-ca=${ours.certificate}`, `--ssl-cert=${inUse.certificate}`, `--ssl-key=${inUse.key}`]
      server = await startOwn(flavour, files)
    }, 60_000)
    afterAll(async () => {
      await server?.stop()
      directory.remove()
    })

    it.live("a certificate is checked as ssl-mode says, and by the authorities in ssl-ca only", () =>
      Effect.gen(function* () {
        const [right, wrong] = [ours?.certificate ?? "", theirs?.certificate ?? ""]
        const database = databases.on(port())
        const admin: MysqlUrl = { ...database.admin, host: "localhost", sslMode: "VERIFY_IDENTITY", sslCa: right }
        yield* databases.provision({ ...database, admin }, spec)
        const untrusted =
          "Misconfigured: its certificate is signed by no authority that is trusted. Name the right one in ssl-ca of DATABASE_URL. (CERTIFICATE_NOT_TRUSTED)"
        const all = (cases: ReadonlyArray<Partial<MysqlUrl>>) => Effect.forEach(cases, (one) => outcome(database, one))
        expect(
          yield* all([
            { sslMode: "VERIFY_IDENTITY", sslCa: right },
            { sslMode: "VERIFY_CA", sslCa: right },
            { sslMode: "REQUIRED" },
            { sslMode: "PREFERRED" },
            { sslMode: "DISABLED" },
            {},
            { sslMode: "VERIFY_IDENTITY", sslCa: wrong },
            { sslMode: "VERIFY_CA", sslCa: wrong },
            { sslMode: "VERIFY_IDENTITY" }
          ])
        ).toEqual([
          ...new Array(4).fill("encrypted, encrypted"),
          ...new Array(2).fill("plain, plain"),
          ...new Array(3).fill(untrusted)
        ])
        const refused = yield* Effect.flip(databases.provision({ ...database, admin: { ...admin, sslCa: wrong } }, spec))
        expect(refused.detail).toContain("ssl-ca of DATABASE_ADMIN_URL")

        use(ours?.sign("db.example") ?? inUse)
        yield* databases.asAdmin(database, flavour === "MySQL" ? "ALTER INSTANCE RELOAD TLS" : "FLUSH SSL")
        expect(
          yield* all([
            { sslMode: "VERIFY_IDENTITY", sslCa: right },
            { sslMode: "VERIFY_CA", sslCa: right }
          ])
        ).toEqual([
          "Misconfigured: its certificate is for another host. Correct the host in DATABASE_URL, or use ssl-mode=VERIFY_CA. (CERTIFICATE_OF_ANOTHER_HOST)",
          "encrypted, encrypted"
        ])
      })
    )

    it.scopedLive("a recording of the network holds rows and statements in clear text only without TLS", () =>
      Effect.gen(function* () {
        const proxy = yield* RecordingProxy.make(port())
        const database = databases.on(proxy.port)
        const seen = (sslMode: MysqlUrl["sslMode"]) =>
          Effect.gen(function* () {
            const mode = sslMode === undefined ? {} : { sslMode }
            const admin = { ...database.admin, ...mode }
            const url = { ...database.url, ...mode }
            yield* databases.provision({ ...database, admin, url }, spec)
            yield* Effect.provide(
              Effect.gen(function* () {
                const warehouse = yield* Warehouse
                const reader = yield* WarehouseReader
                const row = { id: "canary-row", generation: 1, at: null }
                yield* step(warehouse.publish(Readings, Dataset.of(row)))
                yield* reader.query("SELECT 'canary-query', id FROM readings", "analyst")
              }),
              databases.stores({ ...database, url })
            )
            const [sent, received] = [proxy.sent().toString("latin1"), proxy.received().toString("latin1")]
            return ["canary-row", "canary-query", "SHOW GRANTS"].map((text) => [
              sent.includes(text),
              received.includes(text)
            ])
          })
        expect(yield* seen("DISABLED")).toEqual([
          [true, true],
          [true, true],
          [true, false]
        ])
        expect(yield* seen("REQUIRED")).toEqual(new Array(3).fill([false, false]))
      })
    )

    it.scopedLive(
      "a server that hides its TLS is refused before anything is sent, unless ssl-mode is PREFERRED: a warning",
      () =>
        Effect.gen(function* () {
          const proxy = yield* RecordingProxy.make(port(), { hideTls: true })
          const database = databases.on(port())
          yield* databases.provision(database, spec)
          const at = { ...database, url: { ...database.url, port: proxy.port } }
          for (const sslMode of ["REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] as const) {
            const ca = sslMode === "REQUIRED" ? {} : { sslCa: ours?.certificate ?? "" }
            expect([yield* outcome(at, { sslMode, ...ca }), proxy.sent().length]).toEqual([
              "Misconfigured: the server offers no TLS, which ssl-mode demands. Nothing was sent. Set TLS up on the server; only ssl-mode=PREFERRED or DISABLED in DATABASE_URL does without. (HANDSHAKE_NO_SSL_SUPPORT)",
              0
            ])
          }
          expect(yield* withWarnings(outcome(at, { sslMode: "PREFERRED" }))).toEqual({
            value: "plain, plain",
            lines: [
              `the connection to the database server at localhost:${proxy.port} is not encrypted: the server offers no TLS. Whoever is on the network between can read rows and change them. Use ssl-mode=VERIFY_IDENTITY and a server with TLS.`
            ]
          })
        })
    )

    it.live("a server or account that demands TLS is answered with the parameter to set", () =>
      Effect.gen(function* () {
        const database = databases.on(port())
        yield* databases.provision(database, spec)
        const hosts = ["%", "localhost"]
        const demand = (what: string) =>
          databases.asAdmin(database, ...hosts.map((host) => `ALTER USER '${database.url.user}'@'${host}' REQUIRE ${what}`))
        yield* demand("SSL")
        expect(yield* outcome(database, {})).toMatch(
          /^AccessDenied: .* If it takes encrypted connections only \(REQUIRE SSL, require_secure_transport\), add ssl-mode=REQUIRED or better to DATABASE_URL\.$/
        )
        expect(yield* outcome(database, { sslMode: "REQUIRED" })).toMatch(/^encrypted/)
        yield* demand("NONE")
        yield* databases.as({ ...database.admin, sslMode: "REQUIRED" }, "SET GLOBAL require_secure_transport = ON")
        expect(yield* outcome(database, {})).toMatch(
          // MariaDB's answer is that of a wrong password.
          flavour === "MySQL"
            ? /^Misconfigured: it takes encrypted connections only \(\w+\)\. Add ssl-mode=VERIFY_IDENTITY, VERIFY_CA or REQUIRED to DATABASE_URL\.$/
            : /require_secure_transport\), add ssl-mode=REQUIRED or better to DATABASE_URL\.$/
        )
        yield* databases.as({ ...database.admin, sslMode: "REQUIRED" }, "SET GLOBAL require_secure_transport = OFF")
      })
    )

    it.live("a socket is connected to", () =>
      Effect.gen(function* () {
        const database = databases.on(port())
        yield* databases.provision(database, spec)
        const [[path] = []] = yield* databases.asAdmin(database, "SELECT @@socket")
        const at = { ...database, url: { ...database.url, port: 1 } }
        expect(yield* outcome(at, { socket: String(path) })).toBe("plain, plain")
        const failed = yield* Effect.flip(
          Effect.scoped(Layer.build(databases.stores({ url: { ...at.url, socket: "/nowhere/socket" } })))
        )
        expect(failed.message).toBe(
          "Could not connect to the database server at the socket /nowhere/socket: nothing answers there (ENOENT). Start the server, or correct the socket in DATABASE_URL."
        )
      })
    )
  })
}
