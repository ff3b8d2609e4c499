import type { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import type * as Grants from "@sluice/core/relation/Grants"
import type { RunStore } from "@sluice/core/run/RunStore"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { SourcePages } from "@sluice/core/source/SourcePages"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import type { Adopted } from "@sluice/warehouse/Adopted"
import type { Erasure } from "@sluice/warehouse/Erasure"
import type { MaskIds } from "@sluice/warehouse/MaskIds"
import type { PiiMasker } from "@sluice/warehouse/PiiMasker"
import type { Rotated } from "@sluice/warehouse/Rotated"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

type Stores =
  | WarehousePorts
  | PiiMasker
  | Quarantine
  | RunStore
  | DynamicKeys
  | Fingerprints
  | SourcePages
  | Suppressions
  | Erasure
  | MaskIds

/** A new database, as each pipeline opens it. */
export type Fresh<E> = Effect.Effect<
  {
    readonly stores: (pipeline: string) => Layer.Layer<Stores, WarehouseFailed>
    readonly provision: (
      pipeline: string,
      spec: Grants.WarehouseSpec
    ) => Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
    readonly rotate: (pipeline: string) => Effect.Effect<Rotated, WarehouseFailed>
    readonly adopt: (
      pipeline: string,
      from: string,
      declared: ReadonlyArray<string>
    ) => Effect.Effect<Adopted, WarehouseFailed>
    readonly acceptRestored: (pipeline: string) => Effect.Effect<void, WarehouseFailed>
  },
  E,
  Scope.Scope
>
