import { chmodSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { freshStores, StoreDirectory } from "../embedded/stores.ts"
import * as databases from "../mysql/databases.ts"
import { spec } from "./things.ts"

const access = Effect.flatMap(WarehouseAudit, (audit) => audit.access)

it.live("who may open an embedded store is told by the modes of its files, as they are now", () =>
  Effect.gen(function* () {
    const directory = yield* StoreDirectory
    const held = Effect.map(access, (all) => all.map(({ holds, role, subject }) => [subject, role, ...holds]))
    chmodSync(join(directory, "public.db"), 0o644)
    const before = [
      [directory, "file", "mode 0700: read by its owner, written by its owner"],
      [join(directory, "public.db"), "file", "mode 0644: read by everybody, written by its owner"],
      [join(directory, "sensitive.db"), "file", "mode 0600: read by its owner, written by its owner"],
      [join(directory, "history.db"), "file", "mode 0600: read by its owner, written by its owner"]
    ]
    expect(yield* held).toEqual(before)
    chmodSync(join(directory, "sensitive.db"), 0o660)
    const [first, second, , last] = before
    const opened = [
      join(directory, "sensitive.db"),
      "file",
      "mode 0660: read by its owner and group, written by its owner and group"
    ]
    expect(yield* held).toEqual([first, second, opened, last])
  }).pipe(Effect.provide(freshStores))
)

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`access on ${flavour}`, () => {
    it.live("is what each account is shown of its own grants, more than is declared included, and no password's hash", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const { analyst, url } = database
        const host = yield* Effect.map(
          databases.as({ ...url, ...analyst }, "SELECT CURRENT_USER()"),
          ([row]) => String(row?.[0]).split("@").at(-1) ?? ""
        )
        const reader = `'${analyst.user}'@'${host}'`
        const on = (name: string) => `SELECT ON \`${url.database}\`.\`${name}\``
        const ofAnalyst = Effect.provide(
          Effect.map(access, (all) => all.filter(({ role }) => role === "analyst")),
          databases.stores(database)
        )
        const declared = [on("check_expensive"), on("check_owners"), on("check_things")]
        const sorted = Effect.map(ofAnalyst, (all) => all.map(({ holds, subject }) => [subject, [...holds].sort()]))
        expect(yield* sorted).toEqual([[reader, declared]])
        yield* databases.asAdmin(database, `GRANT SELECT ON check_cities TO ${reader}`)
        expect(yield* sorted).toEqual([[reader, [on("check_cities"), ...declared]]])
        const all = yield* Effect.provide(access, databases.stores(database))
        expect(all.map(({ role, holds }) => [role, /IDENTIFIED|PASSWORD|USAGE/.test(holds.join())])).toEqual([
          ["pipeline", false],
          ["analyst", false]
        ])
        expect(all[0]?.holds.map((held) => held.split(" ON ")[0])).toEqual([
          expect.stringContaining("CREATE VIEW, SHOW VIEW")
        ])
      })
    )

    it.live(
      "with an administrator, every host's entry of both accounts is compared and shown; without one, the login's own",
      () =>
        Effect.gen(function* () {
          const database = yield* databases.make(flavour, spec)
          const { admin, analyst, url } = database
          const far = `'${analyst.user}'@'10.1.2.%'`
          yield* databases.asAdmin(
            database,
            `CREATE USER ${far}`,
            `GRANT SELECT ON ${url.database}.check_cities TO ${far}`,
            `CREATE USER '${url.user}'@'10.1.2.%'`,
            `GRANT FILE ON *.* TO '${url.user}'@'10.1.2.%'`
          )
          const drift = Effect.flatMap(WarehouseAudit, (audit) => audit.drift(spec))
          const revoking = Effect.map(drift, (all) =>
            all.map(({ remedy }) => remedy).filter((remedy) => remedy.startsWith("REVOKE"))
          )
          const seen = Effect.map(access, (all) => [...new Set(all.map((one) => one.seen))])
          const administrator = { url: admin, analysts: [analyst.user] }
          const withAdministrator = databases.stores(database, { administrator })
          expect(yield* Effect.provide(Effect.all([revoking, seen]), withAdministrator)).toEqual([
            [
              `REVOKE FILE ON *.* FROM '${url.user}'@'10.1.2.%'`,
              `REVOKE SELECT ON \`${url.database}\`.\`check_cities\` FROM ${far}`
            ],
            ["every host"]
          ])
          expect(yield* Effect.provide(Effect.all([revoking, seen]), databases.stores(database))).toEqual([[], ["own host"]])
        })
    )

    it.live("of an analyst who has no password here, or whom the server refuses, is nothing told", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        const wrong = { ...database.analyst, password: Redacted.make("wrong") }
        const roles = (stores: Parameters<typeof databases.stores>[0]) =>
          Effect.provide(
            Effect.map(access, (all) => all.map(({ role }) => role)),
            databases.stores(stores)
          )
        expect([yield* roles({ url: database.url }), yield* roles({ url: database.url, analyst: wrong })]).toEqual([
          ["pipeline"],
          ["pipeline"]
        ])
      })
    )
  })
}
