import { RunStore } from "@sluice/core/run/RunStore"
import * as StoreFiles from "@sluice/warehouse/embedded/StoreFiles"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import * as Announcement from "./Announcement.ts"
import type { Settings } from "./Settings.ts"

/** The stores that the settings name. Their driver is loaded when the layer is built, not before. */
export const layer = (settings: Settings) => opened(settings, false)

/** Gives the store new keys, sealed with the secret of the settings, if they have one. */
export const rotate = (settings: Settings) => {
  const { database, lockWait } = settings
  const outside = outsideOf(settings)
  return database._tag === "Sqlite"
    ? Effect.flatMap(
        Effect.promise(() => import("@sluice/warehouse/embedded/SqliteStores")),
        (SqliteStores) => SqliteStores.rotate({ directory: database.directory, patience: lockWait, outside })
      )
    : Effect.flatMap(
        Effect.promise(() => import("@sluice/warehouse/mysql/MysqlStores")),
        (MysqlStores) => MysqlStores.rotate({ url: database, lockWait, outside })
      )
}

/** Takes a store whose parts were restored from different times as it is. */
export const acceptRestored = (settings: Settings) => {
  const { database, lockWait } = settings
  return database._tag === "Sqlite"
    ? Effect.flatMap(
        Effect.promise(() => import("@sluice/warehouse/embedded/SqliteStores")),
        (SqliteStores) => SqliteStores.acceptRestored({ directory: database.directory, patience: lockWait })
      )
    : Effect.flatMap(
        Effect.promise(() => import("@sluice/warehouse/mysql/MysqlStores")),
        (MysqlStores) => MysqlStores.acceptRestored({ url: database, lockWait })
      )
}

const outsideOf = ({ oldSecret, secret }: Settings) => ({ secret, old: oldSecret })

const opened = (settings: Settings, readOnly: boolean) => {
  const { database, databaseAdmin, analystUser, analystPassword, lockWait } = settings
  const outside = outsideOf(settings)
  return Layer.unwrapEffect(
    database._tag === "Sqlite"
      ? Effect.map(
          Effect.promise(() => import("@sluice/warehouse/embedded/SqliteStores")),
          (SqliteStores) => SqliteStores.layer({ directory: database.directory, readOnly, patience: lockWait, outside })
        )
      : Effect.map(
          Effect.promise(() => import("@sluice/warehouse/mysql/MysqlStores")),
          (MysqlStores) =>
            MysqlStores.layer({
              url: database,
              lockWait,
              outside,
              ...(databaseAdmin === undefined ? {} : { administrator: { url: databaseAdmin, analysts: [analystUser] } }),
              ...(analystPassword === undefined ? {} : { analyst: { user: analystUser, password: analystPassword } })
            })
        )
  )
}

/**
 * The same, for commands that read: it makes no embedded store, nor what is missing from one, and says what would. One that
 * cannot be written is read as it is.
 */
export const existing = (settings: Settings) =>
  Layer.unwrapEffect(
    Effect.map(Effect.zipRight(demand(settings, "all"), isReadOnly(settings)), (readOnly) => opened(settings, readOnly))
  )

/** Whether there is an embedded store that cannot be written. A server says so by itself. */
export const isReadOnly = ({ database }: Settings) =>
  database._tag === "Mysql" ? Effect.succeed(false) : StoreFiles.isReadOnly(database.directory)

/** Fails where there is nothing in the store yet, or it cannot be used. */
export const demand = Effect.fn("Stores.demand")(function* (settings: Settings, part: "all" | "history") {
  if (yield* isThere(settings, part)) return
  return yield* new UsageError({
    detail: `There is nothing in ${Announcement.store(settings)} yet. \`pnpm assets materialize --all\` fills it.`
  })
})

/** The record of runs; an empty one where there is no store yet, or none that can be had before it is provisioned. */
export const history = (settings: Settings) =>
  Layer.unwrapEffect(
    Effect.map(isThere(settings, "history"), (there) =>
      there
        ? Layer.catchAll(recorded(settings), (error) =>
            settings.databaseAdmin !== undefined && (error.reason === "Missing" || error.reason === "AccessDenied")
              ? RunStore.layerMemory
              : Layer.fail(error)
          )
        : RunStore.layerMemory
    )
  )

/** Whether there is a store to ask, or the history of one; fails where it cannot be used. A server is taken to be there. */
export const isThere = ({ database }: Settings, part: "all" | "history") =>
  database._tag === "Mysql" ? Effect.succeed(true) : StoreFiles.isThere(database.directory, part)

/** The embedded history is had without the rest of its store. */
const recorded = (settings: Settings) => {
  const { database } = settings
  if (database._tag === "Mysql") return layer(settings)
  const history = Effect.map(
    Effect.promise(() => import("@sluice/warehouse/embedded/SqliteHistory")),
    (SqliteHistory) => SqliteHistory.layer({ directory: database.directory, patience: settings.lockWait })
  )
  return Layer.unwrapEffect(history)
}
