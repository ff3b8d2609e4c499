import { describe, expect, it } from "@effect/vitest"
import { differenceOf } from "@sluice/warehouse/mysql/GrantDifference"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { isAvailable, startOwn } from "../../../../test/servers/TestServers.ts"
import * as databases from "./databases.ts"
import { spec } from "./tables.ts"

describe("accounts", () => {
  const wanted = [{ privileges: ["SELECT"], on: "`db`.`people`" }]

  it("nothing is to be done for an account that has what it should", () => {
    const mysql = ["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `db`.`people` TO `a`@`%`"]
    const mariaDb = [
      "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*0123456789ABCDEF ON `x`.`y` TO '",
      "GRANT SELECT ON `db`.`people` TO `a`@`%`"
    ]
    expect([mysql, mariaDb].map((lines) => differenceOf(lines, wanted))).toEqual([
      { grant: [], revoke: [] },
      { grant: [], revoke: [] }
    ])
  })

  it("what is lacking is granted, and whatever else there is is revoked as it was granted", () => {
    const lines = [
      "GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION",
      "GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `a`@`%`",
      "GRANT SELECT (`a`, `b`), UPDATE (`c`) ON `db`.`odd``name` TO `a`@`%`",
      "GRANT SELECT, INSERT ON `db`.`people` TO `a`@`%`",
      "GRANT EXECUTE ON FUNCTION `db`.`f` TO `a`@`%`",
      "GRANT `reader`@`%`,`writer`@`%` TO `a`@`%`",
      "GRANT PROXY ON `root`@`%` TO `a`@`%` WITH GRANT OPTION",
      "SET DEFAULT ROLE `reader` FOR `a`@`%`"
    ]
    expect(differenceOf(lines, [...wanted, { privileges: ["SELECT"], on: "`db`.`view`" }])).toEqual({
      grant: [{ privileges: ["SELECT"], on: "`db`.`view`" }],
      revoke: [
        "ALL PRIVILEGES ON *.*",
        "GRANT OPTION ON *.*",
        "BACKUP_ADMIN, XA_RECOVER_ADMIN ON *.*",
        "SELECT (`a`, `b`), UPDATE (`c`) ON `db`.`odd``name`",
        "INSERT ON `db`.`people`",
        "EXECUTE ON FUNCTION `db`.`f`",
        "`reader`@`%`,`writer`@`%`",
        "PROXY ON `root`@`%`"
      ]
    })
  })

  describe.skipIf(!isAvailable("MariaDB"))("on a MariaDB that has accounts without a name", () => {
    it.live("they do not stand before those that are provisioned", () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startOwn("MariaDB")),
          (running) => Effect.promise(() => running.stop())
        )
        const database = databases.on(server.port)
        yield* databases.as(
          database.admin,
          "CREATE USER ''@'localhost'",
          "CREATE USER ''@'127.0.0.1'",
          "CREATE USER ''@'a.example'"
        )
        const lines = yield* databases.provision(database, spec)
        expect(lines.filter((line) => line.startsWith("created the analyst"))).toEqual([
          `created the analyst "${database.analyst.user}" for connections from %, localhost, 127.0.0.1, a.example`
        ])
        const asked = Effect.flatMap(WarehouseReader, (reader) => reader.query("SELECT 1", "analyst"))
        expect((yield* Effect.provide(asked, databases.stores(database))).rows).toEqual([[1]])
      }).pipe(Effect.scoped)
    )
  })
})
