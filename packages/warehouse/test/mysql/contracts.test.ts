import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe } from "vitest"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { fingerprintsContract } from "../contract/fingerprintsContract.ts"
import { piiMaskerContract } from "../contract/piiMaskerContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import * as databases from "./databases.ts"

class Database extends Context.Tag("test/Database")<Database, databases.Database>() {}

/** Stores over a fresh database, and which it is. */
const withDatabase = (flavour: Flavour) =>
  Layer.unwrapEffect(
    Effect.map(databases.make(flavour), (database) =>
      Layer.merge(databases.stores(database), Layer.succeed(Database, database))
    )
  )

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    const layer = databases.layer(flavour)
    warehouseContract({
      name: flavour,
      layer,
      listTables:
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
    })
    runStoreContract({ name: flavour, layer })
    quarantineContract({ name: flavour, layer })
    fingerprintsContract({ name: flavour, fresh: Effect.map(databases.make(flavour), databases.stores) })
    piiMaskerContract({
      name: flavour,
      layer: withDatabase(flavour),
      execute: (sql) => Effect.flatMap(Database, ({ url }) => databases.as(url, sql))
    })
  })
}
