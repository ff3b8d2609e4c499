import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { PartitionedTables } from "./PartitionedTables.ts"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** A published table or view in the warehouse: the value of the asset that publishes it. */
export interface Published<out T extends Table.Any | View.Any> {
  readonly relation: T
}

/** The columns of a table that can hold the ids of a source's rows. */
export type IdColumnOf<T extends Table.Any> = {
  readonly [K in keyof T["columns"] & string]: Table.Row<T>[K] extends string | number ? K : never
}[keyof T["columns"] & string]

/** The properties of the store that runs a SELECT. */
export interface Selecting extends View.Dialect {
  /** A public table or view, as SQL names it. */
  readonly nameOf: (relation: View.Public) => string
}

/** How a warehouse writes the rows of a publish. */
export interface Loading {
  /** The statement: `LOAD DATA LOCAL INFILE`. */
  readonly by: string
  /** Why it is not the fastest one, with the remedy; undefined if it is the fastest. */
  readonly slower: string | undefined
}

/** Publishes tables and views whole. Never names its database. `WarehouseReader` reads them, `WarehouseAudit` audits them. */
export class Warehouse extends Context.Tag("@sluice/warehouse/Warehouse")<
  Warehouse,
  PartitionedTables & {
    /**
     * Replaces a table's rows. They are written to a staging table, on which the step's blocking checks run
     * (`StepContext.staged`, by its name in `measure` and `query`). Then one atomic step publishes them. A reader sees all old
     * rows or all new rows. After a failure or an interruption, the old rows stay and the staging table is dropped. Reports
     * progress per batch, and the metadata `rows`; on a server also `loaded_by`, the statement that wrote them.
     */
    readonly publish: <T extends Table.Any>(
      table: T,
      rows: Dataset.Dataset<Table.Row<T>>
    ) => Effect.Effect<Published<T>, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
    /**
     * Replaces a table's rows by those that one SELECT returns, as `publish` does, in one statement of the store. The names of its
     * columns are compared with the table's before it runs. Decimals are rounded to the scale of their column. A value that its
     * column cannot hold fails the step, and the old rows stay.
     */
    readonly publishSelect: <T extends Table.Public>(
      table: T,
      select: (store: Selecting) => string
    ) => Effect.Effect<Published<T>, WarehouseFailed | CheckFailed, StepContext>
    /**
     * Applies changes to a table that this asset has published before. One atomic step deletes the rows whose column `by` has a
     * removed id, inserts the new rows, and runs the blocking checks on the resulting table. Rows with other ids are not
     * touched. If another run than that of the asset's last materialization has written the table, it fails with `Outdated`. If
     * this run has, the changes are already applied. `by` must begin the table's key.
     *
     * Reports progress per batch, and the metadata `rows` (the table's total), `rows_written` and `rows_deleted`.
     */
    readonly amend: <T extends Table.Any>(
      table: T,
      changes: Changes.Changes<Table.Row<T>>,
      by: keyof T["columns"] & string
    ) => Effect.Effect<Published<T>, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
    /**
     * Creates or replaces a view that runs with its reader's rights. It computes no rows, so its time does not depend on the
     * data.
     */
    readonly publishView: <V extends View.Any>(view: V) => Effect.Effect<Published<V>, WarehouseFailed>
    /** How `publish` will write rows. */
    readonly loading: Effect.Effect<Loading>
    /** Finds a published table or view. Fails with `Missing` if it does not exist. */
    readonly open: <T extends Table.Any | View.Any>(relation: T) => Effect.Effect<Published<T>, WarehouseFailed>
  }
>() {
  declare readonly "~given": true

  /**
   * Publishes the rows or the changes of a source. Rows replace the table's, and changes are applied to them. `by` is the
   * column with the ids of the source's rows. Each row must depend only on its source row, and on constants.
   *
   * ```ts
   * Warehouse.publishReading(UsersRaw, Changes.map(users, toRow), { by: "user_id" })
   * ```
   */
  static readonly publishReading = <T extends Table.Any>(
    table: T,
    reading: Changes.Reading<Table.Row<T>>,
    { by }: { readonly by: IdColumnOf<T> }
  ): Effect.Effect<Published<T>, WarehouseFailed | SpillFailed | CheckFailed, Warehouse | StepContext> =>
    Effect.flatMap(Warehouse, (warehouse) =>
      Changes.isChanges(reading) ? warehouse.amend(table, reading, by) : warehouse.publish(table, reading)
    )
}
