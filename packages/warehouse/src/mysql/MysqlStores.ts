import { SqlClient } from "@effect/sql/SqlClient"
import type { RunStore } from "@sluice/core/run/RunStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { Fingerprints } from "../Fingerprints.ts"
import type { PiiMasker } from "../PiiMasker.ts"
import type { Quarantine } from "../Quarantine.ts"
import * as SqlFingerprints from "../sql/SqlFingerprints.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlQuarantine from "../sql/SqlQuarantine.ts"
import * as SqlRunStore from "../sql/SqlRunStore.ts"
import { Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { dialect } from "./dialect.ts"
import { connectFailed } from "./errors.ts"
import { insertLoader } from "./Loader.ts"
import * as MysqlPool from "./MysqlPool.ts"
import * as MysqlServer from "./MysqlServer.ts"
import * as MysqlWarehouse from "./MysqlWarehouse.ts"

export interface Options {
  /** The pipeline's own account and database. */
  readonly url: MysqlUrl
  /** Whom `query` may ask as, besides the pipeline. */
  readonly analyst?: { readonly user: string; readonly password: Redacted.Redacted }
  /** How long a publisher waits for another of the same table, and a statement for another's locks. Default one minute. */
  readonly lockWait?: Duration.DurationInput
}

/**
 * All that a pipeline keeps, in one database of MySQL (8.0.17 or later) or MariaDB (10.5 or later). Connects at once, refuses
 * an administrator's account, and creates the internal tables that are missing. The run history and the quarantine have
 * connections of their own, so that events never wait for a load.
 */
export const layer = (
  options: Options
): Layer.Layer<Warehouse | PiiMasker | Quarantine | RunStore | Fingerprints, WarehouseFailed> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const { analyst, lockWait = Duration.minutes(1), url } = options
      const open = (connections: number) =>
        Effect.mapError(MysqlPool.make({ url, connections, lockWait }), connectFailed(url, setting))
      const loads = yield* open(loadConnections)
      const server = yield* MysqlServer.inspect(loads.sql)
      const history = yield* open(historyConnections)
      const words = dialect(server)

      const warehouse = MysqlWarehouse.make({
        pool: loads,
        server,
        load: insertLoader,
        lockWait,
        pipeline: { url, setting },
        analyst:
          analyst === undefined
            ? undefined
            : {
                url: { ...url, user: analyst.user, password: analyst.password },
                setting: "ANALYST_USER and ANALYST_PASSWORD"
              }
      })
      const records = Layer.mergeAll(
        SqlRunStore.layer(words),
        SqlQuarantine.layer(words),
        Layer.effect(Fingerprints, SqlFingerprints.make(words))
      )
      return Layer.mergeAll(
        Layer.succeed(Warehouse, warehouse),
        Layer.provide(SqlMaskStore.layer(words), Layer.succeed(SqlClient, loads.sql)),
        Layer.provide(records, Layer.succeed(SqlClient, history.sql))
      )
    })
  ).pipe(Layer.withSpan("MysqlStores.layer"))

const setting = "DATABASE_URL"

/** Opened as they are needed; a step uses one, or two while it reads one table and writes another. */
const loadConnections = 16
const historyConnections = 3
