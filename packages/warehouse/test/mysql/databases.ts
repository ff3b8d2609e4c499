import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as MysqlProvisioner from "@sluice/warehouse/mysql/MysqlProvisioner"
import * as MysqlStores from "@sluice/warehouse/mysql/MysqlStores"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Flavour, sharedPort } from "../../../../test/servers/TestServers.ts"
import { forPipeline, pipelineName } from "../contract/pipelines.ts"

/** A test's own database and accounts, provisioned with `spec`. */
export interface Database {
  readonly admin: MysqlUrl
  readonly url: MysqlUrl
  readonly analyst: { readonly user: string; readonly password: Redacted.Redacted }
}

const empty: WarehouseSpec = { tables: [], masks: [], views: [], analyst: { select: [] } }

let made = 0

/** Names and URLs of a database that does not exist yet. Passwords have characters that are hard to quote. */
export const on = (port: number): Database => {
  const name = `t${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}_${made++}`
  const server = { _tag: "Mysql", host: "127.0.0.1", port } as const
  return {
    admin: { ...server, user: "root", password: Redacted.make(""), database: "" },
    url: { ...server, user: `p_${name}`, password: Redacted.make("pipe'line\\ \"pä$$"), database: name },
    analyst: { user: `a_${name}`, password: Redacted.make("ana'lyst\\%") }
  }
}

export const provision = (
  { admin, analyst, url }: Database,
  spec: WarehouseSpec = empty,
  allowed: Pick<MysqlProvisioner.Options, "adopt" | "passwordInClear"> = {},
  pipeline = pipelineName
) =>
  Effect.flatMap(Provisioner, (provisioner) => provisioner.provision(spec)).pipe(
    Effect.provide(forPipeline(pipeline)(MysqlProvisioner.layer({ admin, pipeline: url, analyst, ...allowed })))
  )

/** A provisioned database on the shared server of a flavour. */
export const make = (flavour: Flavour, spec: WarehouseSpec = empty) =>
  Effect.gen(function* () {
    const database = on(yield* Effect.promise(() => sharedPort(flavour)))
    yield* provision(database, spec)
    return database
  })

/** The stores over a database. */
export const stores = (
  database: Pick<MysqlStores.Options, "url" | "analyst">,
  options: Partial<MysqlStores.Options> = {},
  pipeline = pipelineName
) => forPipeline(pipeline)(MysqlStores.layer({ ...database, ...options }))

/** Runs statements in a database as the administrator. */
export const asAdmin = (database: Database, ...statements: ReadonlyArray<string>) =>
  as({ ...database.admin, database: database.url.database }, ...statements)

/** Runs statements over their own connection, and returns the last one's rows. */
export const as = (url: MysqlUrl, ...statements: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.flatMap(DirectConnection.open(url), (connection) =>
      Effect.reduce(statements, [] as ReadonlyArray<ReadonlyArray<unknown>>, (_, sql) =>
        Effect.map(connection.query(sql), ({ rows }) => rows)
      )
    )
  )

/** Kills every connection of a database's pipeline, like a restarted server. */
export const killAll = (database: Database) =>
  Effect.gen(function* () {
    const connections = yield* asAdmin(
      database,
      `SELECT id FROM information_schema.processlist WHERE user = '${database.url.user}'`
    )
    yield* asAdmin(database, ...connections.map(([id]) => `KILL ${id}`))
  })

/** The stores over a fresh database on the shared server of a flavour. */
export const layer = (flavour: Flavour, spec: WarehouseSpec = empty, options: Partial<MysqlStores.Options> = {}) =>
  Layer.unwrapEffect(Effect.map(make(flavour, spec), (database) => stores(database, options)))
