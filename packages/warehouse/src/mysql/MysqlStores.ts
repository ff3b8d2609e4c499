import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { Adopted } from "../Adopted.ts"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import type { Rotated } from "../Rotated.ts"
import * as ErasureGate from "../sql/ErasureGate.ts"
import * as KeySeal from "../sql/KeySeal.ts"
import { history } from "../sql/migrations/history.ts"
import { records } from "../sql/migrations/records.ts"
import * as SqlAdoption from "../sql/SqlAdoption.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlRestored from "../sql/SqlRestored.ts"
import * as SqlRotation from "../sql/SqlRotation.ts"
import * as SqlSecrets from "../sql/SqlSecrets.ts"
import * as SqlSuppressions from "../sql/SqlSuppressions.ts"
import * as StorePorts from "../sql/StorePorts.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { WarehouseReader } from "../WarehouseReader.ts"
import * as Blockers from "./Blockers.ts"
import * as Ddl from "./ddl.ts"
import * as Encryption from "./Encryption.ts"
import { connectFailed } from "./errors.ts"
import { infileLoader } from "./InfileLoader.ts"
import * as Leftovers from "./Leftovers.ts"
import * as Limits from "./Limits.ts"
import { insertLoader, type Loader } from "./Loader.ts"
import * as MysqlErasure from "./MysqlErasure.ts"
import * as MysqlPool from "./MysqlPool.ts"
import * as MysqlServer from "./MysqlServer.ts"
import * as MysqlWarehouse from "./MysqlWarehouse.ts"
import * as MysqlWarehouseAudit from "./MysqlWarehouseAudit.ts"
import * as MysqlWarehouseReader from "./MysqlWarehouseReader.ts"
import * as PipelineRights from "./PipelineRights.ts"
import * as ShownGrants from "./ShownGrants.ts"
import * as TableLock from "./TableLock.ts"

export interface Options {
  /** The pipeline's own account and database. */
  readonly url: MysqlUrl
  /** The account for `query`, besides the pipeline's. */
  readonly analyst?: { readonly user: string; readonly password: Redacted.Redacted }
  /** How long a publisher waits for another one of the same table, and a statement for another's locks. Default one minute. */
  readonly lockWait?: Duration.DurationInput
  /** How long a connection may be silent before the server is probed. Default one minute. */
  readonly silence?: Duration.DurationInput | undefined
  /** Ends sessions of the analysts' accounts that hold a table for longer. Used for nothing else here. */
  readonly administrator?: Blockers.Administrator
  /** The secret that seals the store's keys, if it is outside of the store. */
  readonly outside?: KeySeal.Outside
  /** How tables are loaded. Default: by LOAD DATA if the server allows it, otherwise by INSERT. */
  readonly load?: Loader
}

/**
 * All stores of a pipeline, in one database of MySQL (8.0.17 or later) or MariaDB (10.5 or later). It connects at once. It
 * refuses a read-only server, and an account whose rights are not exactly the pipeline's. It migrates the internal tables, and
 * drops the staging tables of killed publishers. The run history and the quarantine have their own connections, so events never
 * wait for a load.
 */
export const layer = (options: Options): Layer.Layer<StorePorts.Writing, WarehouseFailed, PipelineName> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = yield* Encryption.settle(options.url, setting)
      const limits = yield* Limits.ask(url, setting)
      yield* Limits.demandWritable(limits, setting)
      const share = yield* Limits.demandShare(limits, setting)
      const pools = {
        loads: yield* open(options, url, share.loads),
        history: yield* open(options, url, share.history)
      }
      const { loads } = pools
      const store = yield* over(options, url, pools)
      const { changes, gate, locks, secrets, warehouse, words } = store
      yield* PipelineRights.demand(ShownGrants.askOver(loads.sql), store.database, "all")
      yield* Effect.provideService(upToDate(words), SqlClient, pools.history.sql)
      yield* Leftovers.drop({ pool: loads, locks, words })
      return Layer.mergeAll(
        warehouse,
        changes,
        Layer.effectContext(Effect.provideService(StorePorts.masks(words, gate), SqlClient, loads.sql)),
        recordedIn(pools.history.sql, store),
        Layer.effectContext(Effect.provideService(StorePorts.records(words, gate, secrets), SqlClient, pools.history.sql))
      )
    })
  ).pipe(Layer.withSpan("MysqlStores.layer"))

/**
 * The same stores for commands that only read. It changes nothing and creates no table, so it works on a read-only server. The
 * run history is empty if its tables do not exist yet. Tables of an earlier version are refused.
 */
export const reading = (options: Options): Layer.Layer<StorePorts.Reading, WarehouseFailed, PipelineName> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = yield* Encryption.settle(options.url, setting)
      const pool = yield* open(options, url, readingConnections)
      const store = yield* over(options, url, { loads: pool, history: pool })
      const { changes, database, warehouse, words } = store
      yield* PipelineRights.demand(ShownGrants.askOver(pool.sql), database, "no more")
      const areThere = (tables: SqlMigrations.Migrations) =>
        Effect.provideService(SqlMigrations.areThere(words, tables), SqlClient, pool.sql)
      yield* areThere(records)
      const runs = (yield* areThere(history))
        ? recordedIn(pool.sql, store)
        : Layer.merge(RunStore.layerMemory, DynamicKeys.layerMemory)
      return Layer.mergeAll(warehouse, changes, runs)
    })
  ).pipe(Layer.withSpan("MysqlStores.reading"))

/** Gives a pipeline's store new keys, over its own connection; see `SqlRotation.rotate`. */
export const rotate = (
  options: Pick<Options, "url" | "lockWait" | "outside">
): Effect.Effect<Rotated, WarehouseFailed, PipelineName> =>
  inTransaction(options, "give the store new keys", (words) => SqlRotation.rotate(words, options.outside ?? KeySeal.inside))

/** Accepts a store whose tables were restored from different times; see `SqlRestored.accept`. */
export const acceptRestored = (
  options: Pick<Options, "url" | "lockWait">
): Effect.Effect<void, WarehouseFailed, PipelineName> =>
  inTransaction(options, "take the store as it is", SqlRestored.accept)

/** Takes over relations of another pipeline; see `SqlAdoption.adopt`. */
export const adopt = (
  options: Pick<Options, "url" | "lockWait">,
  from: string,
  declared: ReadonlyArray<string>
): Effect.Effect<Adopted, WarehouseFailed, PipelineName> =>
  inTransaction(options, SqlAdoption.adopting, (words) => SqlAdoption.adopt(words, from, declared))

/** Works on the internal tables in one transaction, over its own connection. */
const inTransaction = <A>(
  options: Pick<Options, "url" | "lockWait">,
  operation: string,
  effect: (words: PipelineDialect) => Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>
): Effect.Effect<A, WarehouseFailed, PipelineName> =>
  Effect.scoped(
    Effect.gen(function* () {
      const url = yield* Encryption.settle(options.url, setting)
      yield* Limits.demandWritable(yield* Limits.ask(url, setting), setting)
      const { sql } = yield* open(options, url, 1)
      const server = yield* MysqlServer.inspect(sql)
      const words = Ddl.ofTables(server, yield* PipelineName)
      yield* PipelineRights.demand(ShownGrants.askOver(sql), server.database, "all")
      yield* Effect.provideService(upToDate(words), SqlClient, sql)
      return yield* SqlBatch.transaction(sql, words, operation, Effect.provideService(effect(words), SqlClient, sql))
    })
  )

/** The run history and the keys of dynamic partitions, over one client. */
const recordedIn = (
  sql: SqlClient,
  { gate, words }: { readonly gate: ErasureGate.ErasureGate; readonly words: PipelineDialect }
) =>
  Layer.effectContext(Effect.provideService(StorePorts.history(words, ErasureGate.guard(gate, words, sql)), SqlClient, sql))

/** Migrates all internal tables, and creates the pipeline's counters. */
const upToDate = Effect.fnUntraced(function* (words: PipelineDialect) {
  for (const tables of [records, history]) yield* SqlMigrations.run(words, tables)
  yield* SqlSuppressions.ensureCounters(words)
})

const open = (
  { lockWait = defaultLockWait, silence }: Pick<Options, "lockWait" | "silence">,
  url: MysqlUrl,
  connections: number
) => Effect.mapError(MysqlPool.make({ url, connections, lockWait, silence }), connectFailed(url, setting))

interface Pools {
  readonly loads: MysqlPool.MysqlPool
  readonly history: MysqlPool.MysqlPool
}

/** The common part of reading and writing. Runs no statement that changes anything. */
const over = Effect.fnUntraced(function* (options: Options, configured: MysqlUrl, { history, loads }: Pools) {
  const { administrator, analyst, lockWait = defaultLockWait } = options
  const server = yield* MysqlServer.inspect(loads.sql)
  const { database } = server
  const url = { ...configured, database }
  const words = Ddl.ofTables(server, yield* PipelineName)
  const gate = ErasureGate.make(words)
  const secrets = SqlSecrets.make(words, options.outside ?? KeySeal.inside)
  const locks = TableLock.make({ sql: history.sql, words, secrets, wait: lockWait })
  const blockers = Blockers.make({ url, administrator, lockWait })
  const ports: MysqlWarehouse.Options = {
    pool: loads,
    words,
    server,
    load: options.load ?? (server.localInfile ? infileLoader : insertLoader),
    locks,
    blockers,
    gate,
    administrator,
    pipeline: { url, setting },
    analyst:
      analyst === undefined
        ? undefined
        : {
            url: { ...url, user: analyst.user, password: analyst.password },
            setting: "ANALYST_USER and ANALYST_PASSWORD"
          }
  }
  const place = { pool: loads, words, locks, blockers }
  return {
    database,
    words,
    gate,
    locks,
    secrets,
    warehouse: Layer.mergeAll(
      Layer.succeed(Warehouse, MysqlWarehouse.make(ports)),
      Layer.succeed(WarehouseReader, MysqlWarehouseReader.make(ports)),
      Layer.succeed(WarehouseAudit, MysqlWarehouseAudit.make(ports))
    ),
    changes: Layer.effectContext(
      Effect.provideService(StorePorts.changes(MysqlErasure.place(place), secrets), SqlClient, loads.sql)
    )
  }
})

const setting = "DATABASE_URL"
const defaultLockWait = Duration.minutes(1)

/** A page of one table, and another statement. */
const readingConnections = 2
