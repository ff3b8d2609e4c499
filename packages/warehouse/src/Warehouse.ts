import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type { StepContext } from "@sluice/core/run/StepContext"
import type { CheckFailed } from "@sluice/core/run/StepFailure"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Difference } from "./checks/Difference.ts"
import type { WarehouseSpec } from "./Grants.ts"
import type * as Table from "./Table.ts"
import type * as View from "./View.ts"
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

/** Tables and views that are published whole. Never names its database. */
export class Warehouse extends Context.Tag("@sluice/warehouse/Warehouse")<
  Warehouse,
  {
    /**
     * Replaces a table's rows: they are written to a staging table, which the step's blocking checks look at
     * (`StepContext.staged`, by its name in `measure` and `query`), then made visible in one atomic step. A reader sees all
     * of the old rows or all of the new; when it fails or is interrupted, the old ones stay and the staging table is gone.
     * Reports progress per batch, and the metadata `rows`.
     */
    readonly publish: <T extends Table.Any>(
      table: T,
      rows: Dataset.Dataset<Table.Row<T>>
    ) => Effect.Effect<Published<T>, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
    /** Creates or replaces a view, with its reader's rights. Reports the metadata `rows`, the rows it answers now. */
    readonly publishView: <V extends View.Any>(view: V) => Effect.Effect<Published<V>, WarehouseFailed, StepContext>
    /** Finds a table or view that was published before; fails with `Missing` where it is not there. */
    readonly open: <T extends Table.Any | View.Any>(relation: T) => Effect.Effect<Published<T>, WarehouseFailed>
    /** A table's rows in key order, by pages of some thousands; a view's in any order, in one page. */
    readonly read: <T extends Table.Any | View.Any>(
      relation: T
    ) => Stream.Stream<ReadonlyArray<Table.Row<T>>, WarehouseFailed>
    /** Answers one SQL query that reads, as the pipeline's account or as the analyst's. Whatever would write is refused. */
    readonly query: (sql: string, as: "pipeline" | "analyst") => Effect.Effect<QueryResult, WarehouseFailed>
    /**
     * Runs one SELECT that answers one row of numbers, and answers them, NULL as 0. `select` is given how to quote the name of
     * a relation or column; `parameters` are bound to its `?`s, times as `2024-03-01 09:30:00.000`. In a check of staged rows
     * it is part of their publish: it sees them, and waits for no connection.
     */
    readonly measure: (
      select: (quote: (identifier: string) => string) => string,
      parameters?: ReadonlyArray<string | number>
    ) => Effect.Effect<ReadonlyArray<number>, WarehouseFailed>
    /**
     * Every way in which tables, views and who may read them differ from what is declared. On a server the analyst's own
     * connection is asked, where there is a password for it; in an embedded store the files' modes count. What is not there
     * is not missed: it will be created.
     */
    readonly drift: (spec: WarehouseSpec) => Effect.Effect<ReadonlyArray<Difference>, WarehouseFailed>
  }
>() {}
