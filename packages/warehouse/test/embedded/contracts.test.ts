import { join } from "node:path"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Effect from "effect/Effect"
import { erasureContract } from "../contract/erasureContract.ts"
import { fingerprintsContract } from "../contract/fingerprintsContract.ts"
import { maskIdsContract } from "../contract/maskIdsContract.ts"
import { piiMaskerContract } from "../contract/piiMaskerContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runHistoryContract } from "../contract/runHistoryContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { secretsContract } from "../contract/secretsContract.ts"
import { sourcePagesContract } from "../contract/sourcePagesContract.ts"
import { subjectContract } from "../contract/subjectContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import { executeOn, freshStores, StoreDirectory, temporaryDirectory } from "./stores.ts"

const name = "embedded"

const listTables =
  "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION ALL SELECT name FROM sensitive.sqlite_master WHERE type = 'table'"

warehouseContract({ name, layer: freshStores, listTables })
runStoreContract({ name, layer: freshStores })
runHistoryContract({ name, layer: freshStores })
piiMaskerContract({ name, layer: freshStores, execute: executeOn("sensitive.db") })
quarantineContract({ name, layer: freshStores })
fingerprintsContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => SqliteStores.layer({ directory: join(root, "store") }))
})
secretsContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => {
    const directory = join(root, "store")
    return {
      stores: (outside) => SqliteStores.layer({ directory, outside }),
      rotate: (outside) => SqliteStores.rotate({ directory, outside })
    }
  })
})
sourcePagesContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => SqliteStores.layer({ directory: join(root, "store") }))
})
const fresh = Effect.map(temporaryDirectory, (root) => {
  const directory = join(root, "store")
  return {
    store: SqliteStores.layer({ directory }),
    execute: (sql: string) => Effect.provideService(executeOn("sensitive.db")(sql), StoreDirectory, directory)
  }
})
erasureContract({ name, listTables, fresh })
subjectContract({ name, fresh })
maskIdsContract({ name, listTables, fresh })
