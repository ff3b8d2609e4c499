import type { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import type { Pii } from "@sluice/core/data/Pii"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { Mask } from "@sluice/core/relation/Mask"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Gives personal values their mask ids. */
export class PiiMasker extends Context.Tag("@sluice/warehouse/PiiMasker")<
  PiiMasker,
  {
    /**
     * Gives each distinct value its mask id, creating ids for values never seen. One id per byte-exact value, stable across
     * runs and safe under concurrent callers. Ids are random whole numbers from 1 to 2^53 - 1, and no two values share
     * one. Fails with `Misconfigured` where a table has ids that an earlier version gave in order. Nulls are passed over. Round trips are batched over distinct values. Reports progress and the metadata
     * `rows` (ids in the table) and `new` (ids created).
     */
    readonly ids: <K extends string>(
      table: Mask<string, K>,
      values: Dataset.Dataset<Pii<K> | null>
    ) => Effect.Effect<MaskMap<K>, WarehouseFailed | SpillFailed, StepContext>
    /** The whole map as it is stored. */
    readonly load: <K extends string>(table: Mask<string, K>) => Effect.Effect<MaskMap<K>, WarehouseFailed>
  }
>() {
  declare readonly "~given": true
}
