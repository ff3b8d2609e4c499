import { SqlClient } from "@effect/sql/SqlClient"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Provisioner } from "../Provisioner.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Fault from "./LibsqlFault.ts"
import type { Session } from "./LibsqlSession.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteStore from "./SqliteStore.ts"

/**
 * Provisions an embedded store: the directory, its files, and every missing table and view, empty. There are no accounts: the
 * analyst reads the public file.
 */
export const layer = (options: SqliteStore.Options): Layer.Layer<Provisioner, never, PipelineName> =>
  Layer.effect(
    Provisioner,
    Effect.map(PipelineName, (pipeline) => ({
      provision: (spec) => Effect.scoped(Effect.provideService(provision(options, spec), PipelineName, pipeline))
    }))
  )

const provision = Effect.fn("SqliteProvisioner.provision")(function* (
  options: SqliteStore.Options,
  spec: WarehouseSpec
): Effect.fn.Return<ReadonlyArray<string>, WarehouseFailed, Scope.Scope | PipelineName> {
  const store = yield* SqliteStore.open(options)
  const { records } = store.words
  const here = <A, E>(effect: Effect.Effect<A, E, SqlClient>) => Effect.provideService(effect, SqlClient, store.data.sql)
  const declared = [...spec.tables, ...spec.masks, ...spec.views].map(({ name }) => name)
  yield* SqlBatch.translated(records, claiming, here(SqlOwners.claim(records, declared, claiming)))
  const missing = <T extends Table.Any | View.Any>(relations: ReadonlyArray<T>) =>
    Effect.mapError(
      store.data.use((session) => relations.filter((relation) => !exists(session, relation))),
      (error) => Fault.translate("look for the declared tables", error)
    )
  const absent = yield* missing([...spec.masks, ...spec.tables, ...spec.views])
  // Even an empty transaction waits for readers.
  const migrated = store.migrated ? [SqlMigrations.migrated] : []
  if (absent.length === 0) return migrated
  // Missing relations are looked up again in the transaction that creates them, since another process may do the same.
  const create = store.data.use((session) => {
    const tables = spec.tables.filter((table) => !exists(session, table))
    const views = spec.views.filter((view) => !exists(session, view))
    for (const statement of [...tables, ...views].flatMap(records.create)) session.run(statement, [])
    return { tables, views }
  })
  const { tables, views } = yield* Effect.mapError(store.data.withTransaction(create), (error) =>
    Fault.translate("create the declared tables", error)
  )
  const masks = spec.masks.filter((mask) => absent.includes(mask))
  yield* Effect.forEach(masks, (table) => here(SqlMaskStore.ensureMaskTable(records, table)))
  return [
    ...migrated,
    ...tables.map(({ name, visibility }) => `created the ${visibility} table ${name}`),
    ...masks.map(({ name }) => `created the mask table ${name}`),
    ...views.map(({ name }) => `created the view ${name}`)
  ]
})

const claiming = "provision the store"

const exists = (session: Session, relation: Table.Any | View.Any): boolean =>
  session.values(`SELECT 1 FROM ${Ddl.quote(Ddl.schemaOf(relation))}.sqlite_master WHERE name = ?`, [relation.name]).length >
  0
