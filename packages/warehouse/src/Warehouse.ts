import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Access } from "./Access.ts"
import type { Difference } from "./checks/Difference.ts"
import type { Proof } from "./Proof.ts"
import type { QueryLimit } from "./QueryLimit.ts"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** A published table or view in the warehouse: the value of the asset that publishes it. */
export interface Published<out T extends Table.Any | View.Any> {
  readonly relation: T
}

/** The result of a query: column names, and rows of plain values (text, number, boolean or null). */
export interface QueryResult {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number | boolean | null>>
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

/** The run that last wrote a table, and its number of rows since; `rows` is undefined if an earlier version wrote it. */
export interface Mark {
  readonly runId: string
  readonly rows: number | undefined
}

/** The relation that a store has under a name. */
export interface Inspected {
  /** Its columns; none if it does not exist. */
  readonly columns: ReadonlyArray<string>
  /** The pipeline that owns it, if one does, and the mark of its last publish. */
  readonly owner: { readonly pipeline: string; readonly mark: Mark | undefined } | undefined
}

/** Publishes tables and views whole. Never names its database. */
export class Warehouse extends Context.Tag("@sluice/warehouse/Warehouse")<
  Warehouse,
  {
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
    /** Looks up a public table or view by its name, of any owner. */
    readonly inspect: (relation: string) => Effect.Effect<Inspected, WarehouseFailed>
    /**
     * A public table's rows in key order, in pages of some thousands; a view's in any order, in one page. A sensitive table
     * does not compile, since its rows would hold unwrapped personal values.
     */
    readonly read: <T extends View.Public>(relation: T) => Stream.Stream<ReadonlyArray<Table.Row<T>>, WarehouseFailed>
    /**
     * Runs one query, as the pipeline's account or as the analyst's. A query that would write is refused. At its limit, or at
     * an interruption, it stops on the server too.
     */
    readonly query: (
      sql: string,
      as: "pipeline" | "analyst",
      limit?: QueryLimit
    ) => Effect.Effect<QueryResult, WarehouseFailed>
    /**
     * Runs one SELECT, and returns its single row of numbers, with NULL as 0. `select` gets a function that quotes the name of
     * a relation or column. `parameters` are bound to its `?`s, times as `2024-03-01 09:30:00.000`. In a check of staged rows
     * it belongs to their publish: it sees them, and waits for no connection.
     */
    readonly measure: (
      select: (quote: (identifier: string) => string) => string,
      parameters?: ReadonlyArray<string | number>
    ) => Effect.Effect<ReadonlyArray<number>, WarehouseFailed>
    /** The mark of each published table, by name. Analysts cannot read it. */
    readonly marks: Effect.Effect<ReadonlyMap<string, Mark>, WarehouseFailed>
    /** Whether counting a table's rows is fast enough for a run. A server scans millions of rows for seconds. */
    readonly countsQuickly: boolean
    /**
     * All differences between the declaration and the tables, views and grants. On a server, the analyst's own connection is
     * used if there is a password for it. In an embedded store, the files' modes are compared. A missing relation is no
     * difference, since it will be created.
     */
    readonly drift: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<Difference>, WarehouseFailed>
    /**
     * The access rights. On a server, these are the grants that the pipeline's account sees of itself, and the analyst's
     * account if there is a password for it. In an embedded store, these are its files and their modes. Holds no password and
     * no hash of one.
     */
    readonly access: Effect.Effect<ReadonlyArray<Access>, WarehouseFailed>
    /**
     * Tries to read, as the analyst, everything that the analyst must not read. It finds rights that no list of grants shows.
     * The relations need not exist. On an embedded store, the modes of its files, which `drift` compares, are the proof.
     */
    readonly proof: (spec: WarehouseSpec) => Effect.Effect<Proof, WarehouseFailed>
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
