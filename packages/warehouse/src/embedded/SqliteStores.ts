import { SqlClient } from "@effect/sql/SqlClient"
import type { PipelineName } from "@sluice/core/definitions/PipelineName"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import { RunStore } from "@sluice/core/run/RunStore"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Adopted } from "../Adopted.ts"
import { Erasure } from "../Erasure.ts"
import { MaskIds } from "../MaskIds.ts"
import { PiiMasker } from "../PiiMasker.ts"
import type { Rotated } from "../Rotated.ts"
import * as ErasureGate from "../sql/ErasureGate.ts"
import * as KeySeal from "../sql/KeySeal.ts"
import * as SqlAdoption from "../sql/SqlAdoption.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlDynamicKeys from "../sql/SqlDynamicKeys.ts"
import * as SqlFingerprints from "../sql/SqlFingerprints.ts"
import * as SqlMaskIds from "../sql/SqlMaskIds.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlQuarantine from "../sql/SqlQuarantine.ts"
import * as SqlRestored from "../sql/SqlRestored.ts"
import * as SqlRotation from "../sql/SqlRotation.ts"
import * as SqlRunStore from "../sql/SqlRunStore.ts"
import * as SqlSecrets from "../sql/SqlSecrets.ts"
import * as SqlSourcePages from "../sql/SqlSourcePages.ts"
import * as SqlSuppressions from "../sql/SqlSuppressions.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { WarehousePorts } from "../WarehousePorts.ts"
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
export const layer = (
  options: SqliteStore.Options
): Layer.Layer<
  | WarehousePorts
  | PiiMasker
  | Quarantine
  | RunStore
  | DynamicKeys
  | Fingerprints
  | SourcePages
  | Suppressions
  | Erasure
  | MaskIds,
  WarehouseFailed,
  PipelineName
> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const { gate, reading, records, secrets, store } = yield* open(options, "writing")
      const masker = yield* Effect.provideService(SqlMaskStore.make(records, gate), SqlClient, store.data.sql)
      const quarantine = yield* Effect.provideService(SqlQuarantine.make(records, gate), SqlClient, store.data.sql)
      const fingerprints = yield* Effect.provideService(SqlFingerprints.make(secrets), SqlClient, store.data.sql)
      const pages = yield* Effect.provideService(SqlSourcePages.make(records, gate), SqlClient, store.data.sql)
      const suppressions = yield* Effect.provideService(
        SqlSuppressions.make(records, gate, secrets),
        SqlClient,
        store.data.sql
      )
      return reading.pipe(
        Context.add(PiiMasker, masker),
        Context.add(Quarantine, quarantine),
        Context.add(Fingerprints, fingerprints),
        Context.add(SourcePages, pages),
        Context.add(Suppressions, suppressions)
      )
    })
  )

/** The stores for commands that only read. Needs no key of the store, and creates none. */
export const reading = (
  options: SqliteStore.Options
): Layer.Layer<WarehousePorts | RunStore | DynamicKeys | Erasure | MaskIds, WarehouseFailed, PipelineName> =>
  Layer.scopedContext(Effect.map(open(options, "reading"), (opened) => opened.reading))

const open = Effect.fnUntraced(function* (options: SqliteStore.Options, purpose: "reading" | "writing") {
  const store = yield* SqliteStore.open(options, purpose)
  const { history, records } = store.words
  const gate = ErasureGate.make(records)
  const secrets = SqlSecrets.make(records, options.outside ?? KeySeal.inside)
  const runs = yield* Effect.provideService(SqlRunStore.make(history), SqlClient, store.history.sql)
  const keys = yield* Effect.provideService(SqlDynamicKeys.make(history), SqlClient, store.history.sql)
  const reading = Context.make(Warehouse, SqliteWarehouse.make(store, gate)).pipe(
    Context.add(WarehouseReader, SqliteWarehouseReader.make(store)),
    Context.add(WarehouseAudit, SqliteWarehouseAudit.make(store)),
    Context.add(RunStore, runs),
    Context.add(DynamicKeys, keys),
    Context.add(Erasure, yield* SqliteErasure.make(store, secrets)),
    Context.add(
      MaskIds,
      yield* Effect.provideService(SqlMaskIds.make(SqliteErasure.place(store)), SqlClient, store.data.sql)
    )
  )
  return { store, records, gate, secrets, reading }
})

/** Accepts a store whose files were restored from different times; see `SqlRestored.accept`. */
export const acceptRestored = Effect.fn("SqliteStores.acceptRestored")(function* (
  options: SqliteStore.Options
): Effect.fn.Return<void, WarehouseFailed, PipelineName> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { data, words } = yield* SqliteStore.open(options)
      const accept = Effect.provideService(SqlRestored.accept(words.records), SqlClient, data.sql)
      yield* SqlBatch.transaction(
        data.sql,
        words.records,
        "take the store as it is",
        Effect.zipRight(accept, FileTimes.accept(data))
      )
    })
  )
})

/** Takes over relations of another pipeline; see `SqlAdoption.adopt`. */
export const adopt = Effect.fn("SqliteStores.adopt")(function* (
  options: SqliteStore.Options,
  from: string,
  declared: ReadonlyArray<string>
): Effect.fn.Return<Adopted, WarehouseFailed, PipelineName> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { data, words } = yield* SqliteStore.open(options)
      const adoption = Effect.provideService(SqlAdoption.adopt(words.records, from, declared), SqlClient, data.sql)
      return yield* SqlBatch.transaction(data.sql, words.records, SqlAdoption.adopting, adoption)
    })
  )
})

/** Replaces a store's keys; see `SqlRotation.rotate`. */
export const rotate = Effect.fn("SqliteStores.rotate")(function* (
  options: SqliteStore.Options
): Effect.fn.Return<Rotated, WarehouseFailed, PipelineName> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { data, words } = yield* SqliteStore.open(options)
      const rotation = Effect.provideService(
        SqlRotation.rotate(words.records, options.outside ?? KeySeal.inside),
        SqlClient,
        data.sql
      )
      return yield* SqlBatch.transaction(data.sql, words.records, "give the store new keys", rotation)
    })
  )
})
