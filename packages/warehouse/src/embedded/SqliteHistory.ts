import { SqlClient } from "@effect/sql/SqlClient"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { history } from "../sql/migrations/history.ts"
import { ofPipeline } from "../sql/SqlDialect.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlRunStore from "../sql/SqlRunStore.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { dialect } from "./SqliteDdl.ts"
import type { Options } from "./SqliteStore.ts"
import * as StoreFiles from "./StoreFiles.ts"

/**
 * The run history of an existing embedded store, without the rest of it. Opens one file and creates none, at a tenth of the
 * cost of the whole store. For commands that only read the history.
 */
export const layer = ({ directory, patience }: Options): Layer.Layer<RunStore, WarehouseFailed, PipelineName> =>
  Layer.scoped(
    RunStore,
    Effect.gen(function* () {
      const client = yield* Effect.mapError(
        LibsqlClient.make({ path: StoreFiles.historyOf(directory), ...(patience === undefined ? {} : { patience }) }),
        (error) => Fault.translate(`open the run history in ${directory}`, error)
      )
      const words = ofPipeline(dialect("main"), yield* PipelineName)
      const store = Effect.zipRight(SqlMigrations.areThere(words, history), SqlRunStore.make(words))
      return yield* Effect.provideService(store, SqlClient, client.sql)
    })
  )
