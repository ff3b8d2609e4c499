import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Adopted } from "../Adopted.ts"
import type { Rotated } from "../Rotated.ts"
import * as ErasureGate from "../sql/ErasureGate.ts"
import * as KeySeal from "../sql/KeySeal.ts"
import * as SqlAdoption from "../sql/SqlAdoption.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlRestored from "../sql/SqlRestored.ts"
import * as SqlRotation from "../sql/SqlRotation.ts"
import * as SqlSecrets from "../sql/SqlSecrets.ts"
import * as StorePorts from "../sql/StorePorts.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { WarehouseReader } from "../WarehouseReader.ts"
import * as FileTimes from "./FileTimes.ts"
import * as SqliteErasure from "./SqliteErasure.ts"
import * as SqliteStore from "./SqliteStore.ts"
import * as SqliteWarehouse from "./SqliteWarehouse.ts"
import * as SqliteWarehouseAudit from "./SqliteWarehouseAudit.ts"
import * as SqliteWarehouseReader from "./SqliteWarehouseReader.ts"

/**
 * Everything that a pipeline stores, in one directory: `public.db`, and `sensitive.db` and `history.db`, which only their owner
 * can read. Needs no server. Any number of processes may use it at once; one of them writes at a time.
 */
export const layer = (options: SqliteStore.Options): Layer.Layer<StorePorts.Writing, WarehouseFailed, PipelineName> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const { gate, reading, secrets, store } = yield* open(options, "writing")
      const { records } = store.words
      const ports = Effect.gen(function* () {
        const recorded = yield* StorePorts.records(records, gate, secrets)
        return Context.merge(recorded, yield* StorePorts.masks(records, gate))
      })
      return Context.merge(reading, yield* Effect.provideService(ports, SqlClient, store.data.sql))
    })
  )

/** The stores for commands that only read. Needs no key of the store, and creates none. */
export const reading = (options: SqliteStore.Options): Layer.Layer<StorePorts.Reading, WarehouseFailed, PipelineName> =>
  Layer.scopedContext(Effect.map(open(options, "reading"), (opened) => opened.reading))

const open = Effect.fnUntraced(function* (options: SqliteStore.Options, purpose: "reading" | "writing") {
  const store = yield* SqliteStore.open(options, purpose)
  const { data, history, words } = store
  const gate = ErasureGate.make(words.records)
  const secrets = SqlSecrets.make(words.records, options.outside ?? KeySeal.inside)
  const guard = ErasureGate.guard(gate, words.records, data.sql)
  const runs = yield* Effect.provideService(StorePorts.history(words.history, guard), SqlClient, history.sql)
  const changes = StorePorts.changes(SqliteErasure.place(store), secrets)
  const reading = Context.make(Warehouse, SqliteWarehouse.make(store, gate)).pipe(
    Context.add(WarehouseReader, SqliteWarehouseReader.make(store, gate)),
    Context.add(WarehouseAudit, SqliteWarehouseAudit.make(store)),
    Context.merge(runs),
    Context.merge(yield* Effect.provideService(changes, SqlClient, data.sql))
  )
  return { store, gate, secrets, reading }
})

/** Accepts a store whose files were restored from different times; see `SqlRestored.accept`. */
export const acceptRestored = (options: SqliteStore.Options): Effect.Effect<void, WarehouseFailed, PipelineName> =>
  inTransaction(options, "take the store as it is", ({ data, words }) =>
    Effect.zipRight(SqlRestored.accept(words.records), FileTimes.accept(data))
  )

/** Takes over relations of another pipeline; see `SqlAdoption.adopt`. */
export const adopt = (
  options: SqliteStore.Options,
  from: string,
  declared: ReadonlyArray<string>
): Effect.Effect<Adopted, WarehouseFailed, PipelineName> =>
  inTransaction(options, SqlAdoption.adopting, ({ words }) => SqlAdoption.adopt(words.records, from, declared))

/** Replaces a store's keys; see `SqlRotation.rotate`. */
export const rotate = (options: SqliteStore.Options): Effect.Effect<Rotated, WarehouseFailed, PipelineName> =>
  inTransaction(options, "give the store new keys", ({ words }) =>
    SqlRotation.rotate(words.records, options.outside ?? KeySeal.inside)
  )

/** Works on the internal tables in one transaction, over its own connection. */
const inTransaction = <A>(
  options: SqliteStore.Options,
  operation: string,
  effect: (store: SqliteStore.SqliteStore) => Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>
): Effect.Effect<A, WarehouseFailed, PipelineName> =>
  Effect.scoped(
    Effect.flatMap(SqliteStore.open(options), (store) => {
      const { sql } = store.data
      const work = Effect.provideService(effect(store), SqlClient, sql)
      return SqlBatch.transaction(sql, store.words.records, operation, work)
    })
  )
