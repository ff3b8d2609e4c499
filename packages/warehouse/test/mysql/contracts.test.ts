import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as MysqlStores from "@sluice/warehouse/mysql/MysqlStores"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe } from "vitest"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
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
import { asPipeline } from "../contract/pipelines.ts"
import { pipelinesContract } from "../contract/pipelinesContract.ts"
import { quarantineContract } from "../contract/quarantineContract.ts"
import { runCancelContract } from "../contract/runCancelContract.ts"
import { runHistoryContract } from "../contract/runHistoryContract.ts"
import { runStoreContract } from "../contract/runStoreContract.ts"
import { secretsContract } from "../contract/secretsContract.ts"
import { sourcePagesContract } from "../contract/sourcePagesContract.ts"
import { subjectContract } from "../contract/subjectContract.ts"
import { warehouseContract } from "../contract/warehouseContract.ts"
import * as databases from "./databases.ts"
import { loaders } from "./steps.ts"

class Database extends Context.Tag("test/Database")<Database, databases.Database>() {}

/** Stores over a fresh database, with that database. */
const withDatabase = (flavour: Flavour) =>
  Layer.unwrapEffect(
    Effect.map(databases.make(flavour), (database) =>
      Layer.merge(databases.stores(database), Layer.succeed(Database, database))
    )
  )

const listTables =
  "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(flavour, () => {
    const layer = databases.layer(flavour)
    for (const [loadedBy, load] of loaders) {
      warehouseContract({
        name: `${flavour}, by ${loadedBy}`,
        layer: databases.layer(flavour, undefined, { load }),
        listTables,
        loadedBy
      })
    }
    erasureContract({
      name: flavour,
      listTables,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        store: databases.stores(database),
        execute: (sql) => databases.as(database.url, sql)
      }))
    })
    cutErasureContract({
      name: flavour,
      listTables,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        store: databases.stores(database),
        execute: (sql) => databases.as(database.url, sql)
      }))
    })
    personalPartitionsContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({ store: databases.stores(database) }))
    })
    subjectContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        store: databases.stores(database),
        execute: (sql) => databases.as(database.url, sql)
      }))
    })
    maskIdsContract({
      name: flavour,
      listTables,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        store: databases.stores(database),
        execute: (sql) => databases.as(database.url, sql)
      }))
    })
    runStoreContract({ name: flavour, layer })
    runHistoryContract({ name: flavour, layer })
    runCancelContract({ name: flavour, layer })
    partitionHistoryContract({ name: flavour, layer })
    partitionRecordsContract({ name: flavour, layer })
    partitionChecksContract({ name: flavour, layer })
    storedKeysContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        stores: (pipeline) => databases.stores(database, {}, pipeline)
      }))
    })
    quarantineContract({ name: flavour, layer })
    secretsContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        stores: (outside) => databases.stores(database, { outside }),
        rotate: (outside) => asPipeline(MysqlStores.rotate({ url: database.url, outside }))
      }))
    })
    sourcePagesContract({ name: flavour, fresh: Effect.map(databases.make(flavour), databases.stores) })
    fingerprintsContract({ name: flavour, fresh: Effect.map(databases.make(flavour), databases.stores) })
    pipelinesContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        stores: (pipeline) => databases.stores(database, {}, pipeline),
        provision: (pipeline, spec) => databases.provision(database, spec, {}, pipeline),
        rotate: (pipeline) => Effect.provideService(MysqlStores.rotate({ url: database.url }), PipelineName, pipeline),
        adopt: (pipeline, from, declared) =>
          Effect.provideService(MysqlStores.adopt({ url: database.url }, from, declared), PipelineName, pipeline),
        acceptRestored: (pipeline) =>
          Effect.provideService(MysqlStores.acceptRestored({ url: database.url }), PipelineName, pipeline)
      }))
    })
    externalContract({
      name: flavour,
      fresh: Effect.map(databases.make(flavour), (database) => ({
        stores: (pipeline) => databases.stores(database, {}, pipeline)
      }))
    })
    piiMaskerContract({
      name: flavour,
      layer: withDatabase(flavour),
      execute: (sql) => Effect.flatMap(Database, ({ url }) => databases.as(url, sql))
    })
  })
}
