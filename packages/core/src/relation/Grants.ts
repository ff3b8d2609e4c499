import type * as Mask from "./Mask.ts"
import type * as Table from "./Table.ts"
import type * as View from "./View.ts"

/** The relations that the analyst's account may read. */
export interface Grants {
  readonly select: ReadonlyArray<View.Public>
}

/** Grants the analyst tables and views. A sensitive one is a compile error. */
export const select = (...relations: ReadonlyArray<View.Public>): Grants => ({
  select: relations
})

/** Grants the analyst every public table and view of the pipeline. */
export interface AllPublic {
  readonly _tag: "AllPublic"
}

export const allPublic: AllPublic = { _tag: "AllPublic" }

export const isAllPublic = (grants: Grants | AllPublic): grants is AllPublic => "_tag" in grants

/** The relations of a pipeline in its warehouse, and the grants on them. */
export interface WarehouseSpec {
  readonly tables: ReadonlyArray<Table.Any>
  readonly masks: ReadonlyArray<Mask.Any>
  /** Each view comes after the views that it reads. */
  readonly views: ReadonlyArray<View.Any>
  readonly analyst: Grants
}
