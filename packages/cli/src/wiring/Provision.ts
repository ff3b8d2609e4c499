import type * as MysqlProvisioner from "@sluice/warehouse/mysql/MysqlProvisioner"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as Human from "../render/Human.ts"
import type { Settings } from "./Settings.ts"
import * as Stores from "./Stores.ts"

/** The options of `provision` for accounts. */
export type Allowed = Pick<MysqlProvisioner.Options, "adopt" | "passwordInClear">

/** The provisioner of the configured store. Undefined for a server without its administrator's URL. */
export const provisioner = Effect.fn("Provision.provisioner")(function* (settings: Settings, allowed: Allowed = {}) {
  const { database, databaseAdmin, analystUser, analystPassword } = settings
  if (database._tag === "Sqlite") {
    const SqliteProvisioner = yield* Effect.promise(() => import("@sluice/warehouse/embedded/SqliteProvisioner"))
    return Layer.provide(SqliteProvisioner.layer({ directory: database.directory }), Stores.named(settings))
  }
  if (databaseAdmin === undefined) return undefined
  if (analystPassword === undefined) {
    return yield* new UsageError({
      detail: `Set ANALYST_PASSWORD: provisioning creates the account ${analystUser} with it. Without DATABASE_ADMIN_URL nothing is provisioned.`
    })
  }
  const Mysql = yield* Effect.promise(() => import("@sluice/warehouse/mysql/MysqlProvisioner"))
  const server = Mysql.layer({
    admin: databaseAdmin,
    pipeline: database,
    analyst: { user: analystUser, password: analystPassword },
    ...allowed
  })
  return Layer.provide(server, Stores.named(settings))
})

/**
 * Provisions what is missing, if possible, before a run. Prints a line if it created anything. Returns the names of the new, empty
 * tables and views.
 */
export const ensure = Effect.fn("Provision.ensure")(function* (settings: Settings) {
  const layer = yield* provisioner(settings)
  if (layer === undefined) return []
  const spec = yield* Pipeline.warehouse
  const done = yield* Effect.provide(
    Effect.flatMap(Provisioner, (service) => service.provision(spec)),
    layer
  )
  if (done.length > 0)
    yield* Output.err([`Provisioned what was missing in the store (${Human.plural(done.length, "thing")}).`])
  return done.flatMap((line) => /^created the .*(?:table|view) (\w+)$/.exec(line)?.[1] ?? [])
})
