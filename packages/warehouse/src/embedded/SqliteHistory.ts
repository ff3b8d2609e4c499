import { SqlClient } from "@effect/sql/SqlClient"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlRunStore from "../sql/SqlRunStore.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { dialect } from "./SqliteDdl.ts"
import type { Options } from "./SqliteStore.ts"
import * as StoreFiles from "./StoreFiles.ts"

/**
 * The run history of an embedded store that is there, without the rest of it: one file is opened, and none is created. A
 * tenth of the cost of the whole store, for commands that look back.
 */
export const layer = ({ directory, patience }: Options): Layer.Layer<RunStore, WarehouseFailed> =>
  Layer.scoped(
    RunStore,
    Effect.gen(function* () {
      const client = yield* Effect.mapError(
        LibsqlClient.make({ path: StoreFiles.historyOf(directory), ...(patience === undefined ? {} : { patience }) }),
        (error) => Fault.translate(`open the run history in ${directory}`, error)
      )
      const words = dialect("main")
      const store = SqlRunStore.make(words)
      return yield* Effect.provideService(store, SqlClient, client.sql)
    })
  )
