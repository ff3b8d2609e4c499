import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { QueryLimit } from "./QueryLimit.ts"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** The result of a query: column names, and rows of plain values (text, number, boolean or null). */
export interface QueryResult {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number | boolean | null>>
}

/** The run that last wrote a table, and its number of rows since; `rows` is undefined if an earlier version wrote it. */
export interface Mark {
  readonly runId: string
  readonly rows: number | undefined
  /** The number of partitions that have a mark of their own. Absent if none has. */
  readonly partitions?: number
}

/** The relation that a store has under a name. */
export interface Inspected {
  /** Its columns; none if it does not exist. */
  readonly columns: ReadonlyArray<string>
  /** The pipeline that owns it, if one does, and the mark of its last publish. */
  readonly owner: { readonly pipeline: string; readonly mark: Mark | undefined } | undefined
}

/** Reads published tables and views, by row or by SQL. Never writes. A check reads staged rows with it. */
export class WarehouseReader extends Context.Tag("@sluice/warehouse/WarehouseReader")<
  WarehouseReader,
  {
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
    /** Looks up a public table or view by its name, of any owner. */
    readonly inspect: (relation: string) => Effect.Effect<Inspected, WarehouseFailed>
    /** The mark of each published table, by name. Analysts cannot read it. */
    readonly marks: Effect.Effect<ReadonlyMap<string, Mark>, WarehouseFailed>
    /** Whether counting a table's rows is fast enough for a run. A server scans millions of rows for seconds. */
    readonly countsQuickly: boolean
  }
>() {
  declare readonly "~given": true
}
