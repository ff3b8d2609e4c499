import * as Asset from "@sluice/core/asset/Asset"
import type { AssetCheck } from "@sluice/core/asset/AssetCheck"
import * as Storage from "@sluice/core/asset/Storage"
import type { RelationName } from "@sluice/core/definitions/Distinct"
import * as Grants from "@sluice/core/relation/Grants"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import { declared } from "../checks/Declared.ts"
import { type Published, Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { WarehousePorts } from "../WarehousePorts.ts"
import * as StoredSlices from "./StoredSlices.ts"

/**
 * Storage in the warehouse, as the table or view given.
 *
 * ```ts
 * Asset.make("orders", { storage: storedAs(Orders), materialize: () => publishOrders })
 * ```
 */
export const storedAs = <T extends Table.Any | View.Any>(relation: T): Storage.Stored<Published<T>, Warehouse, T> =>
  Storage.stored({
    relation,
    kind: relation._tag.toLowerCase(),
    columns: Table.columnNames(relation),
    load: Effect.flatMap(Warehouse, (warehouse) => warehouse.open(relation)),
    ...(relation._tag === "Table" && relation.partitionBy !== undefined
      ? { madeBy: marksOf(relation), slices: StoredSlices.of(relation) }
      : {})
  })

const marksOf = (table: Table.Any) => (runId: string) =>
  Effect.flatMap(Warehouse, (warehouse) =>
    Effect.map(warehouse.partitionMarks(table, { runId }), (marks) => marks.map(({ key }) => key))
  )

/** The names of the relations that upstreams publish. */
type PublishedNames<Up extends Asset.Upstreams> = { [K in keyof Up]: RelationName<Up[K]> }[keyof Up]

/** Upstreams that publish nothing that a view reads, by the names that the view calls them. */
type Unread<Read extends string, Up extends Asset.Upstreams> = {
  [K in keyof Up & string]: [Extract<PublishedNames<Pick<Up, K>>, Read>] extends [never] ? K : never
}[keyof Up & string]

/** Refuses, naming it, a relation that a view reads and no upstream publishes, and an upstream that it does not read. */
export type ReadBy<On extends ReadonlyArray<View.Public>, Up extends Asset.Upstreams> = string extends On[number]["name"]
  ? unknown
  : [Exclude<On[number]["name"], PublishedNames<Up>>] extends [never]
    ? [Unread<On[number]["name"], Up>] extends [never]
      ? unknown
      : `the view does not read what its upstream ${Unread<On[number]["name"], Up>} publishes`
    : `the view reads ${Exclude<On[number]["name"], PublishedNames<Up>>}, which no upstream publishes`

/**
 * Defines an asset that is a view. It is named as the view is. `upstreams` are the assets that publish the relations that the
 * view reads. Besides its own checks, its definition and its grants are checked.
 */
export const viewAsset = <
  const Name extends string,
  const C extends Table.Columns,
  const On extends ReadonlyArray<View.Public>,
  Up extends Asset.Upstreams
>(
  view: View.View<Name, C, On>,
  options: {
    readonly group?: string
    readonly upstreams: Up & ReadBy<On, Up>
    readonly checks?: ReadonlyArray<AssetCheck<WarehousePorts>>
  }
) =>
  Asset.make<Name, Published<View.View<Name, C, On>>, WarehouseFailed, WarehousePorts, Up, View.View<Name, C, On>>(
    view.name,
    {
      definedBy: viewAsset,
      ...options,
      description: view.description,
      storage: storedAs(view),
      checks: [...(options.checks ?? []), declared(view, Grants.select(view))],
      materialize: () => Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(view))
    }
  )
