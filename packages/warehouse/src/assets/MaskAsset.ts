import * as Asset from "@sluice/core/asset/Asset"
import * as Cut from "@sluice/core/asset/PartitionedInputs"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { MaskMap } from "@sluice/core/data/MaskMap"
import type { Pii } from "@sluice/core/data/Pii"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { Mask } from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { PiiMasker } from "../PiiMasker.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"

/**
 * Defines an asset that keeps the mask ids of one kind of personal value. It is named as its mask table is. Its
 * value is the map from values to ids. If its upstreams are cut, give it their set as `partitions`: the table of ids is not cut,
 * and a partition of the asset is made once the values of that partition have ids.
 *
 * ```ts
 * const cityIds = maskAsset(CityIds, {
 *   upstreams: { customers: apiCustomers },
 *   values: ({ customers }) => Dataset.map(Changes.rowsOf(customers), (customer) => customer.city)
 * })
 * ```
 */
export const maskAsset = <
  const Name extends string,
  const K extends string,
  Up extends Asset.Upstreams,
  P = undefined,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
  M = {}
>(
  given: Cut.Subject<Mask<Name, K>, P, M, "each">,
  options: Cut.Checked<Up, P, M> &
    Pick<
      Asset.Options<Up, never, never, never, never, never, never, never, P, M>,
      "group" | "mappings" | "partitions" | "pool"
    > & {
      readonly upstreams: Up
      /** The values to mask, in any order, with or without repeats. Nulls are skipped. */
      readonly values: (inputs: Asset.Inputs<Up, P, M>) => Dataset.Dataset<Pii<K> | null>
    }
) => {
  const table = Cut.subject<Mask<Name, K>, P, M, "each">(given)
  const { values, ...rest } = options
  return Asset.make<
    Name,
    MaskMap<K>,
    WarehouseFailed | SpillFailed,
    PiiMasker | StepContext,
    Up,
    Mask<Name, K>,
    never,
    never,
    never,
    P,
    M
  >(table.name, {
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
