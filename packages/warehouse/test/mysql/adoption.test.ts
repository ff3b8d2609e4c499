import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Flavour, flavours, isAvailable, sharedPort, startOwn } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { spec } from "./tables.ts"

const notThereYet = (flavour: Flavour) =>
  Effect.map(
    Effect.promise(() => sharedPort(flavour)),
    databases.on
  )

const grantsOf = (database: databases.Database, account: string) =>
  Effect.map(databases.as(database.admin, `SHOW GRANTS FOR ${account}`), (rows) =>
    rows
      .flat()
      .map((line) => String(line).replace(/^GRANT (.*) TO .*$/, "$1"))
      .filter((line) => !line.startsWith("USAGE"))
  )

const keyed = { description: "A table of a shop", columns: { id: Column.text(10) }, primaryKey: ["id"] } as const
const Orders = Table.make("orders", keyed)
const Prices = Table.make("prices", keyed)

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`accounts that exist on ${flavour}`, () => {
    it.live("an analyst's account without a password is refused, and changed in nothing", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet(flavour)
        const { analyst } = database
        yield* databases.as(database.admin, `CREATE USER '${analyst.user}'@'%'`)
        const refused = yield* Effect.flip(databases.provision(database, spec))
        expect([refused.reason, refused.message]).toEqual([
          "Misconfigured",
          `Could not provision the accounts: the analyst "${analyst.user}" exists, and this program did not create it. Nothing was changed. Name another account in ANALYST_USER; or run \`sluice provision --adopt\`: the account gets the configured password on all its hosts.`
        ])
        const there = `SELECT 1 FROM information_schema.schemata WHERE schema_name = '${database.url.database}'`
        expect(yield* databases.as(database.admin, there)).toEqual([])
      })
    )

    it.live("an adopted account has the configured password on every host, and none of its other grants", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet(flavour)
        const { analyst, url } = database
        const hosts = ["%", "localhost", "10.%"]
        yield* databases.as(
          database.admin,
          ...hosts.map((host) => `CREATE USER '${analyst.user}'@'${host}'`),
          `CREATE DATABASE other_${url.database}`,
          `GRANT SELECT ON other_${url.database}.* TO '${analyst.user}'@'%'`
        )
        const lines = yield* databases.provision(database, spec, { adopt: true })
        expect(lines.filter((line) => line.includes("the analyst") && !line.startsWith("granted"))).toEqual([
          `adopted the analyst "${analyst.user}", which existed`,
          `set the password of the analyst "${analyst.user}" for connections from ${[...hosts].sort().join(", ")}`,
          `revoked SELECT ON \`other_${url.database}\`.* from the analyst "${analyst.user}"`
        ])
        const stored = `SELECT COUNT(*), COUNT(DISTINCT authentication_string), MIN(LENGTH(authentication_string)) > 0
          FROM mysql.user WHERE user = '${analyst.user}'`
        expect((yield* databases.as(database.admin, stored)).map((row) => row.map(Number))).toEqual([[3, 1, 1]])
        yield* databases.as({ ...url, ...analyst }, "SELECT * FROM readings")
        expect(yield* databases.provision(database, spec)).toEqual([])
      })
    )

    it.live("an application's account keeps its other grants unless it is adopted", () =>
      Effect.gen(function* () {
        const database = yield* notThereYet(flavour)
        const { url } = database
        const password = Redacted.value(url.password).replaceAll("\\", "\\\\").replaceAll("'", "''")
        yield* databases.as(
          database.admin,
          `CREATE DATABASE shop_${url.database}`,
          `CREATE USER '${url.user}'@'%' IDENTIFIED BY '${password}'`,
          `GRANT SELECT, INSERT ON shop_${url.database}.* TO '${url.user}'@'%'`
        )
        const before = yield* grantsOf(database, `'${url.user}'@'%'`)
        const refused = yield* Effect.flip(databases.provision(database, spec))
        expect(refused.message).toContain(`and it would lose SELECT, INSERT ON \`shop_${url.database}\`.*.`)
        expect(yield* grantsOf(database, `'${url.user}'@'%'`)).toEqual(before)
      })
    )

    it.live(
      "accounts of an earlier version, which kept no record, are taken over once if their rights are the declared ones",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          const { admin, analyst, url } = database
          const forget = `DELETE FROM sluice_admin.accounts WHERE database_name = '${url.database}'`
          yield* databases.as(admin, forget)
          expect(yield* databases.provision(database, spec)).toEqual([
            `took over the pipeline's account "${url.user}", which had the configured password and declared rights only`,
            `took over the analyst "${analyst.user}", which had the configured password and declared rights only`
          ])
          expect(yield* databases.provision(database, spec)).toEqual([])
          yield* databases.as(admin, forget, `GRANT FILE ON *.* TO '${analyst.user}'@'%'`)
          expect((yield* Effect.flip(databases.provision(database, spec))).message).toContain("it would lose FILE ON *.*")
        })
    )

    it.live(
      "pipelines of one database share the analyst; each takes back only what it gave, and only with the password",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          const { analyst } = database
          const ofShop = (select: ReadonlyArray<typeof Orders | typeof Prices>) =>
            databases.provision(
              database,
              { tables: [Orders, Prices], masks: [], views: [], analyst: Grants.select(...select) },
              {},
              "shop"
            )
          const readable = Effect.map(grantsOf(database, `'${analyst.user}'@'%'`), (lines) =>
            lines.flatMap((line) => /\.`(\w+)`/.exec(line)?.[1] ?? []).sort()
          )
          const refused = yield* Effect.flip(
            databases.provision(
              { ...database, analyst: { ...analyst, password: Redacted.make("another") } },
              { tables: [], masks: [], views: [], analyst: Grants.select() },
              { adopt: true },
              "shop"
            )
          )
          expect(refused.message).toContain(
            `the analyst "${analyst.user}" belongs to the pipeline "spark" of this database, and has another password than the configured one. Nothing was changed.`
          )
          expect((yield* ofShop([Orders, Prices])).slice(0, 2)).toEqual([
            `shares the pipeline's account "${database.url.user}" with the pipeline "spark"`,
            `shares the analyst "${analyst.user}" with the pipeline "spark"`
          ])
          expect(yield* readable).toEqual(["generations", "orders", "prices", "readings"])
          expect(yield* databases.provision(database, spec)).toEqual([])
          expect(yield* ofShop([Orders])).toEqual([
            `revoked SELECT ON \`${database.url.database}\`.\`prices\` from the analyst "${analyst.user}"`
          ])
          expect(yield* databases.provision(database, { ...spec, analyst: Grants.select() })).toHaveLength(2)
          expect(yield* readable).toEqual(["orders"])
          yield* databases.asAdmin(database, `GRANT SELECT ON sluice_runs TO '${analyst.user}'@'%'`)
          expect(yield* ofShop([Orders])).toEqual([
            `revoked SELECT ON \`${database.url.database}\`.\`sluice_runs\` from the analyst "${analyst.user}"`
          ])
        })
    )

    it.live("pipelines that share the analyst are provisioned again after their database was dropped", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const { admin, analyst, url } = database
        const shop = { tables: [Orders], masks: [], views: [], analyst: Grants.select(Orders) }
        yield* databases.provision(database, shop, {}, "shop")
        yield* databases.as(admin, `DROP DATABASE ${url.database}`)
        const lines = [
          ...(yield* databases.provision(database, shop, {}, "shop")),
          ...(yield* databases.provision(database, spec))
        ]
        expect(lines.filter((line) => line.includes("the analyst")).sort()).toEqual([
          `granted SELECT on \`${url.database}\`.\`generations\` to the analyst "${analyst.user}"`,
          `granted SELECT on \`${url.database}\`.\`readings\` to the analyst "${analyst.user}"`,
          `revoked SELECT ON \`${url.database}\`.\`generations\` from the analyst "${analyst.user}"`,
          `revoked SELECT ON \`${url.database}\`.\`readings\` from the analyst "${analyst.user}"`
        ])
        yield* databases.as({ ...url, ...analyst }, "SELECT * FROM orders", "SELECT * FROM readings")
      })
    )

    it.live("a record of accounts from before pipelines had names is the only pipeline's", () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn(flavour, always)),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.provision(database, spec)
        const record = "SELECT user_name, database_name, pipeline FROM sluice_admin.accounts ORDER BY user_name"
        const before = yield* databases.as(database.admin, record)
        yield* databases.as(
          database.admin,
          "ALTER TABLE sluice_admin.accounts DROP PRIMARY KEY, DROP COLUMN pipeline, ADD PRIMARY KEY (user_name)"
        )
        expect(yield* databases.provision(database, spec)).toEqual([])
        expect(yield* databases.as(database.admin, record)).toEqual(before)
      }).pipe(Effect.scoped)
    )

    it.live("two pipelines on one server have analysts of their own; one whose database was dropped owns none", () =>
      Effect.gen(function* () {
        const first = yield* databases.make(flavour, spec)
        const second = { ...(yield* notThereYet(flavour)), analyst: first.analyst }
        for (const adopt of [false, true]) {
          const refused = yield* Effect.flip(databases.provision(second, spec, { adopt }))
          expect(refused.message).toContain(
            `the analyst "${first.analyst.user}" belongs to the pipeline of the database "${first.url.database}" on this server. Nothing was changed. Name an account of its own in ANALYST_USER.`
          )
        }
        yield* databases.as({ ...first.url, ...first.analyst }, "SELECT * FROM readings")
        yield* databases.as(first.admin, `DROP DATABASE ${first.url.database}`)
        const lines = yield* databases.provision(second, spec, { adopt: true })
        expect(lines[0]).toBe(`adopted the analyst "${first.analyst.user}", which existed`)
      })
    )

    it.live("the record of accounts is beyond the pipeline's and the analyst's account", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        for (const user of [database.url, { ...database.url, ...database.analyst }]) {
          for (const sql of ["SELECT * FROM sluice_admin.accounts", "DELETE FROM sluice_admin.accounts"]) {
            expect((yield* Effect.flip(databases.as(user, sql))).message).toBe("ER_TABLEACCESS_DENIED_ERROR")
          }
        }
      })
    )

    it.live("no log of the server holds a password that was provisioned (G12)", () =>
      Effect.gen(function* () {
        const log = (name: string) => `sluice-test-${name}-${Math.random().toString(36).slice(2, 8)}.log`
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn(flavour, logging.map(([option, name]) => `${option}=${log(name)}`).concat(always))),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.provision(database, spec)
        const changed = {
          ...database,
          url: { ...database.url, password: Redacted.make("Canary-Pipeline-2") },
          analyst: { ...database.analyst, password: Redacted.make("Canary-Analyst-2") }
        }
        yield* databases.provision(changed, spec)
        const [[general, slow, directory] = []] = yield* databases.as(
          database.admin,
          "FLUSH LOGS",
          "SELECT @@general_log_file, @@slow_query_log_file, @@datadir"
        )
        const binary = (yield* databases.as(database.admin, "SHOW BINARY LOGS")).map(([name]) => String(name))
        const files = [general, slow, ...binary].map((name) => `${directory}/${name}`)
        const texts = files.map((file) => readFileSync(file).toString("latin1"))
        expect(texts.map((text) => /Canary-|pipe'line|pipe''line|pipe\\'line/.test(text))).toEqual(files.map(() => false))
        // The search works: it finds this text.
        expect(texts[0]).toMatch(new RegExp(`(CREATE|ALTER) USER '?${database.url.user}`))
      }).pipe(Effect.scoped)
    )
  })
}

const always = ["--general-log=1", "--slow-query-log=1", "--long-query-time=0", "--log-bin"]
const logging = [
  ["--general-log-file", "general"],
  ["--slow-query-log-file", "slow"]
] as const

describe.skipIf(!isAvailable("MariaDB"))("a MariaDB that validates passwords", () => {
  it.live("refuses hashes with words that say so, and takes passwords with --password-in-clear", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() =>
          startOwn("MariaDB", ["--plugin-load-add=simple_password_check", "--simple-password-check-minimal-length=4"])
        ),
        (running) => Effect.promise(() => running.stop())
      )
      const database = {
        ...databases.on(server.port),
        analyst: { user: "reader", password: Redacted.make("Reader-7-$") }
      }
      const own = { ...database, url: { ...database.url, password: Redacted.make("Writer-7-$") } }
      const refused = yield* Effect.flip(databases.provision(own, spec))
      expect([refused.reason, refused.message]).toEqual([
        "Misconfigured",
        expect.stringContaining("Run `sluice provision --password-in-clear`")
      ])
      yield* databases.provision(own, spec, { passwordInClear: true })
      yield* databases.as({ ...own.url, ...own.analyst }, "SELECT * FROM readings")
      expect(yield* databases.provision(own, spec)).toEqual([])
    }).pipe(Effect.scoped)
  )
})
