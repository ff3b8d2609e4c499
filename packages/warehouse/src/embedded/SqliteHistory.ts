import { SqlClient } from "@effect/sql/SqlClient"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { history } from "../sql/migrations/history.ts"
import { ofPipeline } from "../sql/SqlDialect.ts"
import * as SqlDynamicKeys from "../sql/SqlDynamicKeys.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlRunStore from "../sql/SqlRunStore.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { dialect } from "./SqliteDdl.ts"
import type { Options } from "./SqliteStore.ts"
import * as StoreFiles from "./StoreFiles.ts"

/**
 * The run history and the keys of dynamic partitions of an existing embedded store, without the rest of it. Opens one file and creates none, at a tenth of the
 * cost of the whole store. For commands that only read the history.
 */
export const layer = ({
  directory,
  patience
}: Options): Layer.Layer<RunStore | DynamicKeys, WarehouseFailed, PipelineName> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const client = yield* Effect.mapError(
        LibsqlClient.make({ path: StoreFiles.historyOf(directory), ...(patience === undefined ? {} : { patience }) }),
        (error) => Fault.translate(`open the run history in ${directory}`, error)
      )
      const words = ofPipeline(dialect("main"), yield* PipelineName)
      const stores = Effect.gen(function* () {
        yield* SqlMigrations.areThere(words, history)
        // No run uses this layer, so no step adds keys by it.
        const keys = yield* SqlDynamicKeys.make(words, (_, write) => write)
        return Context.add(Context.make(RunStore, yield* SqlRunStore.make(words)), DynamicKeys, keys)
      })
      return yield* Effect.provideService(stores, SqlClient, client.sql)
    })
  )
