import { piiMaskerContract } from "../contract/piiMaskerContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import { executeOn, freshStores } from "./stores.ts"

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
