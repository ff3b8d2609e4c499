import { PipelineName } from "@sluice/core/definitions/PipelineName"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import { RunStore } from "@sluice/core/run/RunStore"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import type { Erasure } from "@sluice/warehouse/Erasure"
import * as StoreFiles from "@sluice/warehouse/embedded/StoreFiles"
import type { MaskIds } from "@sluice/warehouse/MaskIds"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import * as Announcement from "./Announcement.ts"
import type { Settings } from "./Settings.ts"

/** The pipeline whose history, erasures and keys a store keeps. */
export const named = ({ configured }: Settings): Layer.Layer<PipelineName> => Layer.succeed(PipelineName, configured.name)

/** The stores that the settings name. The driver is loaded when the layer is built. */
export const layer = (settings: Settings) => {
  const { database } = settings
  return Layer.unwrapEffect(
    database._tag === "Sqlite"
      ? Effect.map(sqliteStores, (SqliteStores) => SqliteStores.layer(embeddedOptions(settings, database.directory)))
      : Effect.map(mysqlStores, (MysqlStores) => MysqlStores.layer(serverOptions(settings, database)))
  ).pipe(Layer.provide(named(settings)))
}

/** Replaces the store's keys, and seals them with the secret of the settings, if there is one. */
export const rotate = (settings: Settings) => {
  const { database, lockWait } = settings
  const outside = outsideOf(settings)
  const rotation =
    database._tag === "Sqlite"
      ? Effect.flatMap(sqliteStores, (SqliteStores) =>
          SqliteStores.rotate({ directory: database.directory, patience: lockWait, outside })
        )
      : Effect.flatMap(mysqlStores, (MysqlStores) => MysqlStores.rotate({ url: database, lockWait, outside }))
  return Effect.provide(rotation, named(settings))
}

/** Accepts a store whose parts were restored from different backups. */
export const acceptRestored = (settings: Settings) => {
  const { database, lockWait } = settings
  const accept =
    database._tag === "Sqlite"
      ? Effect.flatMap(sqliteStores, (SqliteStores) =>
          SqliteStores.acceptRestored({ directory: database.directory, patience: lockWait })
        )
      : Effect.flatMap(mysqlStores, (MysqlStores) => MysqlStores.acceptRestored({ url: database, lockWait }))
  return Effect.provide(accept, named(settings))
}

/** Takes over another pipeline's data of the relations that this one declares. */
export const adopt = (settings: Settings, from: string, { masks, tables, views }: WarehouseSpec) => {
  const { database, lockWait } = settings
  const declared = [...tables, ...masks, ...views].map(({ name }) => name)
  const adoption =
    database._tag === "Sqlite"
      ? Effect.flatMap(sqliteStores, (SqliteStores) =>
          SqliteStores.adopt({ directory: database.directory, patience: lockWait }, from, declared)
        )
      : Effect.flatMap(mysqlStores, (MysqlStores) => MysqlStores.adopt({ url: database, lockWait }, from, declared))
  return Effect.provide(adoption, named(settings))
}

const outsideOf = ({ oldSecret, secret }: Settings) => ({ secret, old: oldSecret })

const sqliteStores = Effect.promise(() => import("@sluice/warehouse/embedded/SqliteStores"))

const embeddedOptions = (settings: Settings, directory: string) => ({
  directory,
  patience: settings.lockWait,
  outside: outsideOf(settings)
})

const mysqlStores = Effect.promise(() => import("@sluice/warehouse/mysql/MysqlStores"))

const serverOptions = (settings: Settings, url: MysqlUrl) => {
  const { databaseAdmin, analystUser, analystPassword, lockWait, silentConnection } = settings
  return {
    url,
    lockWait,
    silence: silentConnection,
    outside: outsideOf(settings),
    ...(databaseAdmin === undefined ? {} : { administrator: { url: databaseAdmin, analysts: [analystUser] } }),
    ...(analystPassword === undefined ? {} : { analyst: { user: analystUser, password: analystPassword } })
  }
}

/** The stores for commands that only read. They create nothing. They can be read even if this user may not write them. */
export const existing = (
  settings: Settings
): Layer.Layer<WarehousePorts | RunStore | DynamicKeys | Erasure | MaskIds, WarehouseFailed | UsageError> => {
  const { database } = settings
  return Layer.unwrapEffect(
    database._tag === "Sqlite"
      ? Effect.flatMap(Effect.zipRight(demand(settings, "all"), isReadOnly(settings)), (readOnly) =>
          Effect.map(sqliteStores, (SqliteStores) =>
            SqliteStores.reading({ ...embeddedOptions(settings, database.directory), readOnly })
          )
        )
      : readingServer(settings, database)
  ).pipe(Layer.provide(named(settings)))
}

const readingServer = (settings: Settings, url: MysqlUrl) =>
  Effect.map(mysqlStores, (MysqlStores) => MysqlStores.reading(serverOptions(settings, url)))

/** Whether the embedded store is read-only. A server reports that itself. */
export const isReadOnly = ({ database }: Settings) =>
  database._tag === "Mysql" ? Effect.succeed(false) : StoreFiles.isReadOnly(database.directory)

/** Fails if the store is empty or cannot be used. */
export const demand = Effect.fn("Stores.demand")(function* (settings: Settings, part: "all" | "history") {
  if (yield* isThere(settings, part)) return
  return yield* new UsageError({
    detail: `There is nothing in ${Announcement.store(settings)} yet. \`sluice materialize --all\` fills it.`
  })
})

/** The run history and the keys of dynamic partitions, to read. Empty if there is no store yet, or if the store must be provisioned first. */
export const history = (settings: Settings) => orEmpty(settings, "read")

/** The same, to write. Empty if there is no store yet, or if the store must be provisioned first. */
export const writableHistory = (settings: Settings) => orEmpty(settings, "write")

const orEmpty = (settings: Settings, to: "read" | "write") =>
  Layer.unwrapEffect(
    Effect.map(isThere(settings, "history"), (there) =>
      there
        ? Layer.catchAll(recorded(settings, to), (error) =>
            settings.databaseAdmin !== undefined && (error.reason === "Missing" || error.reason === "AccessDenied")
              ? empty
              : Layer.fail(error)
          )
        : empty
    )
  )

const empty = Layer.merge(RunStore.layerMemory, DynamicKeys.layerMemory)

/** Whether the store or its history exists. Fails if it cannot be used. A server counts as existing. */
export const isThere = ({ database }: Settings, part: "all" | "history") =>
  database._tag === "Mysql" ? Effect.succeed(true) : StoreFiles.isThere(database.directory, part)

/** Fails if the path of the embedded store is a file, or below one. */
export const checkPath = (settings: Settings): Effect.Effect<void, WarehouseFailed> =>
  Effect.catchIf(
    isThere(settings, "all"),
    ({ reason }) => reason === "Missing",
    () => Effect.void
  )

/** Opens the history of an embedded store without its other files. */
const recorded = (settings: Settings, to: "read" | "write"): Layer.Layer<RunStore | DynamicKeys, WarehouseFailed> => {
  const { database } = settings
  if (database._tag === "Mysql") {
    const reading = Layer.provide(Layer.unwrapEffect(readingServer(settings, database)), named(settings))
    return to === "write" ? layer(settings) : reading
  }
  const history = Effect.map(
    Effect.promise(() => import("@sluice/warehouse/embedded/SqliteHistory")),
    (SqliteHistory) => SqliteHistory.layer({ directory: database.directory, patience: settings.lockWait })
  )
  return Layer.provide(Layer.unwrapEffect(history), named(settings))
}
