import * as Asset from "@sluice/core/asset/Asset"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Failure } from "@sluice/core/asset/Failure"
import * as Cut from "@sluice/core/asset/PartitionedInputs"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type IdColumnOf, type Published, Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as MaskLookup from "./MaskLookup.ts"
import * as OutsideRows from "./OutsideRows.ts"
import { storedAs } from "./RelationAsset.ts"

/** The rows of a table; with `By`, also what has changed in them. */
export type Rows<Row, By> = Dataset.Dataset<Row> | ReadonlyArray<Row> | ([By] extends [never] ? never : Changes.Reading<Row>)

/** Why rows were not published, besides the failures of the effect that makes them. */
export type NotPublished = WarehouseFailed | SpillFailed | CheckFailed | MaskLookup.MaskIdMissing

/** The options of a table's asset, besides its rows. `RC` are the services of its checks. */
export type Options<Up extends Asset.Upstreams, RC, RO, P, M, Pol> = Omit<
  Asset.Options<Up, never, never, never, never, RO, RC, never, P, M, Pol>,
  "definedBy" | "description" | "kind" | "materialize" | "storage"
>

/**
 * Defines an asset that publishes a table. It is named as its table is, and its rows are staged, checked and published in one
 * step. `rows` returns a dataset, an array, or an Effect of one of them. With `by`, the column with the ids of a source's
 * rows, it may also return what has changed in the source. `lookup` finds mask ids; a value that has none fails the asset.
 *
 * ```ts
 * const customers = tableAsset(Customers, {
 *   upstreams: { users: apiUsers, cities: cityIds },
 *   by: "user_id",
 *   rows: ({ users, cities }, lookup) =>
 *     Changes.map(users, ({ id, city }) => ({ user_id: id, city_id: lookup(cities, city) }))
 * })
 * ```
 */
export const tableAsset = <
  const Name extends string,
  const C extends Table.Columns,
  V extends Table.Visibility,
  E extends Failure = never,
  R = never,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no upstreams"; a Record would have every key.
  Up extends Asset.Upstreams = {},
  By extends IdColumnOf<Table.Table<Name, C, V>> = never,
  RC = never,
  RO = never,
  P = undefined,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
  M = {},
  const Pol = "each"
>(
  given: Cut.Subject<Table.Table<Name, C, V>, P, M, Pol>,
  options: Options<Up, RC, RO, P, M, Pol> &
    Cut.Checked<Up, P, M> & {
      /** The column with the ids of the source's rows, if `rows` may return changes. It begins the table's key. */
      readonly by?: By
      /** What happens to rows outside of the partitions that are made. Default: `refuse`. */
      readonly outside?: OutsideRows.OutsideRows
      readonly rows: (
        inputs: Asset.Inputs<Up, P, M, Pol>,
        lookup: MaskLookup.Lookup,
        slice: Cut.SliceOf<P, Pol>
      ) => Rows<Table.Row<Table.Table<Name, C, V>>, By> | Effect.Effect<Rows<Table.Row<Table.Table<Name, C, V>>, By>, E, R>
    }
) => {
  const table = Cut.subject<Table.Table<Name, C, V>, P, M, Pol>(given)
  const { by, outside, rows, ...rest } = options
  return Asset.make<
    Name,
    Published<Table.Table<Name, C, V>>,
    E | NotPublished,
    R | RC | Warehouse | StepContext,
    Up,
    Table.Table<Name, C, V>,
    RO,
    never,
    never,
    P,
    M,
    Pol
  >(table.name, {
    definedBy: tableAsset,
    ...rest,
    description: table.description,
    storage: storedAs(table),
    materialize: (inputs, slice) =>
      MaskLookup.withMaskIds(table.name, (lookup) => {
        const made = rows(inputs, lookup, slice)
        return Effect.flatMap(Effect.isEffect(made) ? made : Effect.succeed(made), publish(table, by, outside))
      })
  })
}

const publish =
  <T extends Table.Any>(table: T, by: IdColumnOf<T> | undefined, outside?: OutsideRows.OutsideRows) =>
  (rows: Rows<Table.Row<T>, IdColumnOf<T>>) => {
    const reading = Predicate.isIterable(rows) ? Dataset.fromArray(rows) : rows
    return Effect.flatMap(StepContext, ({ slice }) =>
      slice === undefined ? publishWhole(table, reading, by) : publishSlice(table, reading, slice, outside)
    )
  }

const publishWhole = <T extends Table.Any>(
  table: T,
  reading: Changes.Reading<Table.Row<T>>,
  by: IdColumnOf<T> | undefined
) =>
  by === undefined
    ? Effect.flatMap(Changes.whole(reading), (all) =>
        Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(table, all))
      )
    : Warehouse.publishReading(table, reading, { by })

const publishSlice = <T extends Table.Any>(
  table: T,
  reading: Changes.Reading<Table.Row<T>>,
  slice: Slice,
  outside: OutsideRows.OutsideRows = "refuse"
) =>
  Effect.gen(function* () {
    const all = yield* Changes.whole(reading)
    const replaced = yield* (yield* Warehouse).replacePartitions(table, slice, all, OutsideRows.optionOf(outside))
    yield* OutsideRows.report(table.name, slice, replaced.outside, outside)
    return { relation: table }
  })
