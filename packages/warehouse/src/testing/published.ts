import * as MaskMap from "@sluice/core/data/MaskMap"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Predicate from "effect/Predicate"
import type { Published } from "../Warehouse.ts"

const Contents: unique symbol = Symbol.for("@sluice/warehouse/testing/Contents")

/** The value of an upstream, with its contents in the test warehouse. */
export interface Seed {
  readonly [Contents]: Contents
}

/**
 * The contents of the test warehouse before the asset is materialized. `rows` is undefined for a relation without given rows.
 */
export type Contents =
  | {
      readonly _tag: "Relation"
      readonly relation: Table.Any | View.Any
      readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>> | undefined
    }
  | { readonly _tag: "Mask"; readonly mask: Mask.Any; readonly ids: ReadonlyMap<string, number> }

/**
 * The value of an upstream that publishes a table or view. The test warehouse has the relation with these rows; ids, times and
 * decimals are plain text. A table without rows is empty. A view without rows computes its own SELECT.
 *
 * ```ts
 * materializeForTest(dailyRevenue, {
 *   orders: published(Orders, [{ id: "1", customer_id: "ada", ordered_at: "2024-03-01T09:30:00.000Z", amount: "20.00" }]),
 *   rates: published(ExchangeRates, [{ currency: "EUR", eur: "1" }])
 * })
 * ```
 */
export const published = <T extends Table.Any | View.Any>(
  relation: T,
  rows?: ReadonlyArray<Table.BareRow<T>>
): Published<T> & Seed => ({ relation, [Contents]: { _tag: "Relation", relation, rows } })

/**
 * The value of an upstream that is a mask: a map of these ids. The test warehouse has them in the mask table.
 *
 * ```ts
 * materializeForTest(customers, { users, cities: masked(CityIds, { Oslo: 7 }) })
 * ```
 */
export const masked = <const K extends string>(
  mask: Mask.Mask<string, K>,
  ids: Readonly<Record<string, number>>
): MaskMap.MaskMap<K> & Seed => ({
  ...MaskMap.of(mask.kind, ids),
  [Contents]: { _tag: "Mask", mask, ids: new Map(Object.entries(ids)) }
})

/** The contents that a value declares; undefined if it declares none. */
export const contentsOf = (value: unknown): Contents | undefined => (isSeed(value) ? value[Contents] : undefined)

const isSeed = (value: unknown): value is Seed => Predicate.hasProperty(value, Contents)
