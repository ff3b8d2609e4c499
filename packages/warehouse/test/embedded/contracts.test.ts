import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as SqliteProvisioner from "@sluice/warehouse/embedded/SqliteProvisioner"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Effect from "effect/Effect"
import { cutErasureContract } from "../contract/cutErasureContract.ts"
import { storedKeysContract } from "../contract/dynamicKeysContract.ts"
import { erasureContract } from "../contract/erasureContract.ts"
import { externalContract } from "../contract/externalContract.ts"
import { fingerprintsContract } from "../contract/fingerprintsContract.ts"
import { maskIdsContract } from "../contract/maskIdsContract.ts"
import { partitionChecksContract } from "../contract/partitionChecksContract.ts"
import { partitionHistoryContract } from "../contract/partitionHistoryContract.ts"
import { partitionRecordsContract } from "../contract/partitionRecordsContract.ts"
import { personalPartitionsContract } from "../contract/personalPartitionsContract.ts"
import { piiMaskerContract } from "../contract/piiMaskerContract.ts"
import { asPipeline, forPipeline } from "../contract/pipelines.ts"
import { pipelinesContract } from "../contract/pipelinesContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runCancelContract } from "../contract/runCancelContract.ts"
import { runHistoryContract } from "../contract/runHistoryContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { secretsContract } from "../contract/secretsContract.ts"
import { sourcePagesContract } from "../contract/sourcePagesContract.ts"
import { subjectContract } from "../contract/subjectContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import { executeOn, freshStores, StoreDirectory, stores, temporaryDirectory } from "./stores.ts"

const name = "embedded"

const listTables =
  "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION ALL SELECT name FROM sensitive.sqlite_master WHERE type = 'table'"

warehouseContract({ name, layer: freshStores, listTables })
runStoreContract({ name, layer: freshStores })
runHistoryContract({ name, layer: freshStores })
runCancelContract({ name, layer: freshStores })
partitionHistoryContract({ name, layer: freshStores })
partitionRecordsContract({ name, layer: freshStores })
partitionChecksContract({ name, layer: freshStores })
storedKeysContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => ({ stores: (pipeline) => stores(join(root, "store"), {}, pipeline) }))
})
piiMaskerContract({ name, layer: freshStores, execute: executeOn("sensitive.db") })
quarantineContract({ name, layer: freshStores })
fingerprintsContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => stores(join(root, "store")))
})
secretsContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => {
    const directory = join(root, "store")
    return {
      stores: (outside) => stores(directory, { outside }),
      rotate: (outside) => asPipeline(SqliteStores.rotate({ directory, outside }))
    }
  })
})
sourcePagesContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => stores(join(root, "store")))
})
const fresh = Effect.map(temporaryDirectory, (root) => {
  const directory = join(root, "store")
  return {
    store: stores(directory),
    execute: (sql: string) => Effect.provideService(executeOn("sensitive.db")(sql), StoreDirectory, directory)
  }
})
erasureContract({ name, listTables, fresh })
cutErasureContract({ name, listTables, fresh })
personalPartitionsContract({ name, fresh })
subjectContract({ name, fresh })
maskIdsContract({ name, listTables, fresh })
externalContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => ({ stores: (pipeline) => stores(join(root, "store"), {}, pipeline) }))
})
pipelinesContract({
  name,
  fresh: Effect.map(temporaryDirectory, (root) => {
    const directory = join(root, "store")
    return {
      stores: (pipeline) => stores(directory, {}, pipeline),
      provision: (pipeline, spec) =>
        Effect.flatMap(Provisioner, (provisioner) => provisioner.provision(spec)).pipe(
          Effect.provide(forPipeline(pipeline)(SqliteProvisioner.layer({ directory })))
        ),
      rotate: (pipeline) => Effect.provideService(SqliteStores.rotate({ directory }), PipelineName, pipeline),
      adopt: (pipeline, from, declared) =>
        Effect.provideService(SqliteStores.adopt({ directory }, from, declared), PipelineName, pipeline),
      acceptRestored: (pipeline) => Effect.provideService(SqliteStores.acceptRestored({ directory }), PipelineName, pipeline)
    }
  })
})
