import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** The changes of a re-issue, done or previewed: counts, in the order of the declaration. Empty if all ids are random. */
export interface Reissue {
  /** Ids, by mask table. */
  readonly masks: Readonly<Record<string, number>>
  /** Rows that hold one of these ids, by `table.column`. */
  readonly columns: Readonly<Record<string, number>>
}

/** Replaces the sequential mask ids that earlier versions gave. */
export class MaskIds extends Context.Tag("@sluice/warehouse/MaskIds")<
  MaskIds,
  {
    /** Counts the changes of `reissue`. Changes nothing. */
    readonly preview: (spec: WarehouseSpec) => Effect.Effect<Reissue, WarehouseFailed>
    /**
     * Gives every value of a mask table with sequential ids a random id, in the mask tables and in all columns of public tables
     * that hold its ids (`Column.maskId`). It is one transaction that no publish overlaps. Runs that have begun to read a
     * source are refused when they write, and the next run reads everything. Then it overwrites the remains of the old ids in
     * the store's files, if the store owns them.
     */
    readonly reissue: (spec: WarehouseSpec) => Effect.Effect<Reissue, WarehouseFailed>
  }
>() {}
