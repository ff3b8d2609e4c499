import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { Pii } from "@sluice/core/data/Pii"
import type { Mask } from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { PiiMasker } from "../PiiMasker.ts"

/**
 * Defines an asset that keeps the mask ids of one kind of personal value. It is named as its mask table is. Its
 * value is the map from values to ids.
 *
 * ```ts
 * const cityIds = maskAsset(CityIds, {
 *   upstreams: { customers: apiCustomers },
 *   values: ({ customers }) => Dataset.map(Changes.rowsOf(customers), (customer) => customer.city)
 * })
 * ```
 */
export const maskAsset = <const Name extends string, const K extends string, Up extends Asset.Upstreams>(
  table: Mask<Name, K>,
  options: {
    readonly group?: string
    readonly pool?: string
    readonly upstreams: Up
    /** The values to mask, in any order, with or without repeats. Nulls are skipped. */
    readonly values: (inputs: Asset.Inputs<Up>) => Dataset.Dataset<Pii<K> | null>
  }
) => {
  const { values, ...rest } = options
  return Asset.make(table.name, {
    definedBy: maskAsset,
    ...rest,
    description: table.description,
    storage: Storage.stored({
      kind: "table",
      relation: table,
      columns: Table.columnNames(table),
      load: Effect.flatMap(PiiMasker, (masker) => masker.load(table))
    }),
    materialize: (inputs) => Effect.flatMap(PiiMasker, (masker) => masker.ids(table, values(inputs)))
  })
}
