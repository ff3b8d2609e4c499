import { join } from "node:path"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Effect from "effect/Effect"
import { fingerprintsContract } from "../contract/fingerprintsContract.ts"
import { piiMaskerContract } from "../contract/piiMaskerContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import { executeOn, freshStores, temporaryDirectory } from "./stores.ts"

const name = "embedded"

warehouseContract({
  name,
  layer: freshStores,
  listTables:
    "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION ALL SELECT name FROM sensitive.sqlite_master WHERE type = 'table'"
})
runStoreContract({ name, layer: freshStores })
piiMaskerContract({ name, layer: freshStores, execute: executeOn("sensitive.db") })
quarantineContract({ name, layer: freshStores })
fingerprintsContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => SqliteStores.layer({ directory: join(root, "store") }))
})
