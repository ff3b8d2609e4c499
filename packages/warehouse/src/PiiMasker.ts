import type { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import type { Pii } from "@sluice/core/data/Pii"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { Mask } from "@sluice/core/relation/Mask"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Replaces personal values by mask ids. */
export class PiiMasker extends Context.Tag("@sluice/warehouse/PiiMasker")<
  PiiMasker,
  {
    /**
     * The mask id of each distinct value. New values get new ids: one id for each byte-exact value, stable across runs, and
     * safe under concurrent callers. Ids are random integers from 1 to 2^53 - 1, and no two values share one. Fails with
     * `Misconfigured` if a table has sequential ids of an earlier version. Nulls are skipped. Round trips are batched over
     * distinct values. Reports progress and the metadata `rows` (ids in the table) and `new` (ids created).
     */
    readonly ids: <K extends string>(
      table: Mask<string, K>,
      values: Dataset.Dataset<Pii<K> | null>
    ) => Effect.Effect<MaskMap<K>, WarehouseFailed | SpillFailed, StepContext>
    /** The stored map of all ids. */
    readonly load: <K extends string>(table: Mask<string, K>) => Effect.Effect<MaskMap<K>, WarehouseFailed>
  }
>() {
  declare readonly "~given": true
}
