import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** What a re-issue changed, or would change: counts, in the order of the declaration. Empty where all ids are random. */
export interface Reissue {
  /** Ids, by mask table. */
  readonly masks: Readonly<Record<string, number>>
  /** Rows that hold one of these ids, by `table.column`. */
  readonly columns: Readonly<Record<string, number>>
}

/** The mask ids of a store that gave them in order, as stores of earlier versions did. */
export class MaskIds extends Context.Tag("@sluice/warehouse/MaskIds")<
  MaskIds,
  {
    /** What `reissue` would change now. Changes nothing. */
    readonly preview: (spec: WarehouseSpec) => Effect.Effect<Reissue, WarehouseFailed>
    /**
     * Gives every value of a mask table whose ids were given in order a random id, in the mask tables and in all columns of
     * public tables that hold its ids (`Column.maskId`), in one transaction that no publish overlaps. A run that has begun to
     * read its source before is refused when it writes, and the next one reads everything. Then overwrites what the old ids
     * have left in the store's files, where these are the store's own.
     */
    readonly reissue: (spec: WarehouseSpec) => Effect.Effect<Reissue, WarehouseFailed>
  }
>() {}
