import * as Asset from "@sluice/core/asset/Asset"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Failure } from "@sluice/core/asset/Failure"
import * as Cut from "@sluice/core/asset/PartitionedInputs"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import { dialectOf } from "../internal/dialectOf.ts"
import { namesOf } from "../internal/namesOf.ts"
import type { SelectDialect, SelectingPartitions } from "../PartitionedTables.ts"
import { type Published, type Selecting, Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as OutsideRows from "./OutsideRows.ts"
import { storedAs } from "./RelationAsset.ts"
import type * as TableAsset from "./TableAsset.ts"

/** The tables and views that a SELECT reads: the values of assets that publish them, by the names that the asset gives them. */
export type From = Readonly<Record<string, Source>>

/** An asset whose value is a public table or view. */
export type Source = Asset.Asset<string, Published<View.Public>, Failure, unknown, Asset.Upstreams>

/** How SQL names each relation that a SELECT reads. */
export type Names<F> = { readonly [K in keyof F]: string }

/**
 * Defines an asset that is made by one SELECT in the store. It is named as its table is. `from` are the assets that publish
 * the tables and views that the SELECT reads: they are its upstreams, and `select` is given how SQL names each of them.
 *
 * The names of its columns are compared with the table's before it runs. The rows are staged, checked and published in one
 * step. Decimals are rounded to the scale of their column. A mask table cannot be read, and an asset without a table or view
 * does not compile.
 *
 * If the table is cut, the SELECT returns the rows of the partitions that a step makes, and only theirs. Their bounds are
 * placeholders with bound values:
 *
 * ```ts
 * const dailyRevenue = sqlTable(DailyRevenue, {
 *   partitions: days,
 *   from: { orders },
 *   select: ({ orders }, { window }) => `
 *     SELECT ${window.day} AS day, sum(amount) AS revenue
 *     FROM ${orders}
 *     WHERE ordered_at >= ${window.start} AND ordered_at < ${window.end}`
 * })
 * ```
 *
 * ```ts
 * const revenue = sqlTable(Revenue, {
 *   from: { orders, rates },
 *   select: ({ orders, rates }) => `
 *     SELECT o.currency AS currency, sum(o.amount * r.eur) AS amount
 *     FROM ${orders} o JOIN ${rates} r ON r.currency = o.currency
 *     GROUP BY o.currency`
 * })
 * ```
 */
export const sqlTable = <
  const Name extends string,
  const C extends Table.Columns,
  const F extends From,
  RC = never,
  RO = never,
  P = undefined,
  // biome-ignore lint/complexity/noBannedTypes: the type of "no mappings"; a Record would have every key.
  M = {},
  const Pol = "each"
>(
  given: Cut.Subject<Table.Table<Name, C, "public">, P, M, Pol>,
  options: Cut.Checked<F, P, M> &
    Omit<TableAsset.Options<F, RC, RO, P, M, Pol>, "upstreams"> & {
      readonly from: F
      /** What happens to rows outside of the partitions that are made. Default: `refuse`. */
      readonly outside?: OutsideRows.OutsideRows
      readonly select: (from: Names<F>, dialect: SelectDialect<P>) => string
    }
) => {
  const table = Cut.subject<Table.Table<Name, C, "public">, P, M, Pol>(given)
  const { from, outside, select, ...rest } = options
  return Asset.make<
    Name,
    Published<Table.Table<Name, C, "public">>,
    WarehouseFailed | CheckFailed,
    RC | Warehouse | StepContext,
    F,
    Table.Table<Name, C, "public">,
    RO,
    never,
    never,
    P,
    M,
    Pol
  >(table.name, {
    definedBy: sqlTable,
    ...rest,
    description: table.description,
    upstreams: from,
    storage: storedAs(table),
    materialize: (inputs) => publish(table, (store) => select(namesOf<F>(inputs, store), dialectOf<P>(store)), outside)
  })
}

/** `SelectingPartitions` has all that `Selecting` has. The window is undefined if the table is not cut. */
const publish = <T extends Table.Public>(
  table: T,
  select: (store: Selecting | SelectingPartitions) => string,
  outside: OutsideRows.OutsideRows = "refuse"
) =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    const { slice } = yield* StepContext
    if (slice === undefined) return yield* warehouse.publishSelect(table, select)
    const replaced = yield* warehouse.replacePartitionsSelect(table, slice, select, OutsideRows.optionOf(outside))
    yield* OutsideRows.report(table.name, slice, replaced.outside, outside)
    return { relation: table }
  })
