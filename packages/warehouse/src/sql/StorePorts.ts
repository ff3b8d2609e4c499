import type { SqlClient } from "@effect/sql/SqlClient"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import { RunStore } from "@sluice/core/run/RunStore"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Erasure } from "../Erasure.ts"
import { MaskIds } from "../MaskIds.ts"
import { PiiMasker } from "../PiiMasker.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { WarehousePorts } from "../WarehousePorts.ts"
import type { ErasureGate, Guard } from "./ErasureGate.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlDynamicKeys from "./SqlDynamicKeys.ts"
import * as SqlErasure from "./SqlErasure.ts"
import * as SqlFingerprints from "./SqlFingerprints.ts"
import * as SqlMaskIds from "./SqlMaskIds.ts"
import * as SqlMaskStore from "./SqlMaskStore.ts"
import * as SqlQuarantine from "./SqlQuarantine.ts"
import * as SqlRunStore from "./SqlRunStore.ts"
import type { SqlSecrets } from "./SqlSecrets.ts"
import * as SqlSourcePages from "./SqlSourcePages.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"

/** What commands use that only read. */
export type Reading = WarehousePorts | RunStore | DynamicKeys | Erasure | MaskIds

/** What a run uses: everything that a pipeline stores. */
export type Writing = Reading | PiiMasker | Quarantine | Fingerprints | SourcePages | Suppressions

/** The ports of a run, over one client. They keep what a run has read, and never wait for the load of a table. */
export const records = Effect.fnUntraced(function* (
  dialect: PipelineDialect,
  gate: ErasureGate,
  secrets: SqlSecrets
): Effect.fn.Return<Context.Context<Quarantine | Fingerprints | SourcePages | Suppressions>, WarehouseFailed, SqlClient> {
  return Context.make(Quarantine, yield* SqlQuarantine.make(dialect, gate)).pipe(
    Context.add(Fingerprints, yield* SqlFingerprints.make(secrets)),
    Context.add(SourcePages, yield* SqlSourcePages.make(dialect, gate)),
    Context.add(Suppressions, yield* SqlSuppressions.make(dialect, gate, secrets))
  )
})

/** The masker, over the client that loads tables. */
export const masks = (
  dialect: PipelineDialect,
  gate: ErasureGate
): Effect.Effect<Context.Context<PiiMasker>, never, SqlClient> =>
  Effect.map(SqlMaskStore.make(dialect, gate), (masker) => Context.make(PiiMasker, masker))

/** The history of runs, and the keys of dynamic partitions, over one client. */
export const history = Effect.fnUntraced(function* (
  dialect: PipelineDialect,
  guard: Guard
): Effect.fn.Return<Context.Context<RunStore | DynamicKeys>, never, SqlClient> {
  return Context.make(RunStore, yield* SqlRunStore.make(dialect)).pipe(
    Context.add(DynamicKeys, yield* SqlDynamicKeys.make(dialect, guard))
  )
})

/** What changes existing rows: erasures, and new mask ids. */
export const changes = Effect.fnUntraced(function* (
  place: SqlErasure.Place,
  secrets: SqlSecrets
): Effect.fn.Return<Context.Context<Erasure | MaskIds>, never, SqlClient> {
  return Context.make(Erasure, yield* SqlErasure.make(place, secrets)).pipe(
    Context.add(MaskIds, yield* SqlMaskIds.make(place))
  )
})
