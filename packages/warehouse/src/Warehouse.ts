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

/** A table or view that is in the warehouse and can be read: the value of the asset that publishes it. */
export interface Published<out T extends Table.Any | View.Any> {
  readonly relation: T
}

/** The answer to a query: column names, and rows of plain values (text, number, boolean or null). */
export interface QueryResult {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number | boolean | null>>
}

/** The columns of a table that ids of a source's rows may be in. */
export type IdColumnOf<T extends Table.Any> = {
  readonly [K in keyof T["columns"] & string]: Table.Row<T>[K] extends string ? K : never
}[keyof T["columns"] & string]

/** What a SELECT needs to know of the store that runs it. */
export interface Selecting extends View.Dialect {
  /** A public table or view, as SQL names it. */
  readonly nameOf: (relation: View.Public) => string
}

/** How a warehouse writes the rows of a publish. */
export interface Loading {
  /** The statement: `LOAD DATA LOCAL INFILE`. */
  readonly by: string
  /** Why it is not the fastest one, and what to do about it; undefined where it is. */
  readonly slower: string | undefined
}

/** The run that last wrote a table, and the rows that it has since; `rows` is undefined if an earlier version wrote it. */
export interface Mark {
  readonly runId: string
  readonly rows: number | undefined
}

/** What a store has under the name of a public table or view. */
export interface Inspected {
  /** Its columns; none if it is not there. */
  readonly columns: ReadonlyArray<string>
  /** The pipeline that owns it, if one does, and the mark of its last publish. */
  readonly owner: { readonly pipeline: string; readonly mark: Mark | undefined } | undefined
}

/** Tables and views that are published whole. Never names its database. */
export class Warehouse extends Context.Tag("@sluice/warehouse/Warehouse")<
  Warehouse,
  {
    /**
     * Replaces a table's rows: they are written to a staging table, which the step's blocking checks look at
     * (`StepContext.staged`, by its name in `measure` and `query`), then made visible in one atomic step. A reader sees all
     * of the old rows or all of the new; when it fails or is interrupted, the old ones stay and the staging table is gone.
     * Reports progress per batch, and the metadata `rows`; a server's also `loaded_by`, the statement that wrote them.
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
     * Applies changes to a table that this asset has published before: rows go that have one of the ids gone in the column
     * `by`, and the new ones come, all in one atomic step, in which the blocking checks look at the table as it will be. Rows
     * of other ids are not touched. Where the table has been written by another run than that of the asset's last
     * materialization, it fails with `Outdated`; by this run, it is done already. `by` must begin the table's key.
     *
     * Reports progress per batch, and the metadata `rows` (all that the table has now), `rows_written` and `rows_deleted`.
     */
    readonly amend: <T extends Table.Any>(
      table: T,
      changes: Changes.Changes<Table.Row<T>>,
      by: keyof T["columns"] & string
    ) => Effect.Effect<Published<T>, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
    /**
     * Creates or replaces a view, with its reader's rights. Its rows are computed by whoever reads it, and not here: how long
     * it takes does not depend on the data.
     */
    readonly publishView: <V extends View.Any>(view: V) => Effect.Effect<Published<V>, WarehouseFailed>
    /** How `publish` will write rows. */
    readonly loading: Effect.Effect<Loading>
    /** Finds a table or view that was published before; fails with `Missing` where it is not there. */
    readonly open: <T extends Table.Any | View.Any>(relation: T) => Effect.Effect<Published<T>, WarehouseFailed>
    /** Looks up a public table or view by its name, whoever owns it. */
    readonly inspect: (relation: string) => Effect.Effect<Inspected, WarehouseFailed>
    /**
     * A public table's rows in key order, by pages of some thousands; a view's in any order, in one page. A sensitive table
     * does not compile: its rows would hold personal values that nobody has wrapped.
     */
    readonly read: <T extends View.Public>(relation: T) => Stream.Stream<ReadonlyArray<Table.Row<T>>, WarehouseFailed>
    /**
     * Answers one SQL query that reads, as the pipeline's account or as the analyst's. A query that would write is refused.
     * At its limit, or interrupted, it stops on the server too.
     */
    readonly query: (
      sql: string,
      as: "pipeline" | "analyst",
      limit?: QueryLimit
    ) => Effect.Effect<QueryResult, WarehouseFailed>
    /**
     * Runs one SELECT that answers one row of numbers, and answers them, NULL as 0. `select` is given how to quote the name of
     * a relation or column; `parameters` are bound to its `?`s, times as `2024-03-01 09:30:00.000`. In a check of staged rows
     * it is part of their publish: it sees them, and waits for no connection.
     */
    readonly measure: (
      select: (quote: (identifier: string) => string) => string,
      parameters?: ReadonlyArray<string | number>
    ) => Effect.Effect<ReadonlyArray<number>, WarehouseFailed>
    /** What is recorded in the store of each published table, by its name. Analysts cannot read it. */
    readonly marks: Effect.Effect<ReadonlyMap<string, Mark>, WarehouseFailed>
    /** Whether counting a table's rows takes no longer than a run can spare: a server scans millions of them for seconds. */
    readonly countsQuickly: boolean
    /**
     * Every way in which tables, views and who may read them differ from what is declared. On a server the analyst's own
     * connection is asked, where there is a password for it; in an embedded store the files' modes count. What is not there
     * is not missed: it will be created.
     */
    readonly drift: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<Difference>, WarehouseFailed>
    /**
     * Who may do what: on a server, what the accounts of the pipeline and, where there is a password for it, of the analyst are
     * shown of their own grants; in an embedded store, its files and their modes. Holds no password and no hash of one.
     */
    readonly access: Effect.Effect<ReadonlyArray<Access>, WarehouseFailed>
    /**
     * Tries to read, as the analyst, everything that the analyst must not read; finds what no list of grants shows. Nothing
     * has to be there for it. On an embedded store the modes of its files, which `drift` compares, are the proof.
     */
    readonly proof: (spec: WarehouseSpec) => Effect.Effect<Proof, WarehouseFailed>
  }
>() {
  declare readonly "~given": true

  /**
   * Publishes what a source was read as: all rows replace the table's, changes are applied to them. `by` is the column that
   * has the ids of the source's rows. Each row must depend on its source row only, and on what never changes for it.
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
