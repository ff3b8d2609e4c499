import type * as Mask from "./Mask.ts"
import type * as Table from "./Table.ts"
import type * as View from "./View.ts"

/** What the analyst's account may read. */
export interface Grants {
  readonly select: ReadonlyArray<View.Public>
}

/** Lets the analyst read tables and views; a sensitive one is a compile error. */
export const select = (...relations: ReadonlyArray<View.Public>): Grants => ({
  select: relations
})

/** The analyst may read every public table and view of the pipeline. */
export interface AllPublic {
  readonly _tag: "AllPublic"
}

export const allPublic: AllPublic = { _tag: "AllPublic" }

export const isAllPublic = (grants: Grants | AllPublic): grants is AllPublic => "_tag" in grants

/** All that a pipeline keeps in its warehouse, and who may read what. */
export interface WarehouseSpec {
  readonly tables: ReadonlyArray<Table.Any>
  readonly masks: ReadonlyArray<Mask.Any>
  /** In an order in which each can be created after those it reads. */
  readonly views: ReadonlyArray<View.Any>
  readonly analyst: Grants
}
