import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { PipelineDialect } from "./SqlDialect.ts"

type Relation = Table.Any | View.Any
type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** What differs between databases about the relations that users declare. Each adapter fills it once. */
export interface Dialect extends PipelineDialect {
  /** A relation, quoted, with its schema if it needs one. */
  readonly relation: (relation: Relation) => string
  /** The database's expressions for views and SELECTs. */
  readonly views: View.Dialect
  /** A column's type in the words of the catalogue: `VARCHAR(20) NOT NULL`. */
  readonly columnType: (column: Column.Any) => string
  /** The statements that create an empty table with its indexes, or a view. */
  readonly create: (relation: Relation) => ReadonlyArray<string>
  /** The mark of a table as it is declared: a hash of its definition, which reveals changes from outside. */
  readonly mark: (table: Table.Any) => string
  /** Finds a table and the mark that it was created with; undefined if it does not exist. */
  readonly find: Query<{ readonly mark: string | undefined } | undefined>
  /** The types of a table's columns, as `columnType` writes them. */
  readonly columns: Query<ReadonlyMap<string, string>>
}

/** A query of the catalogue about a table, and how to read its rows. */
export type Query<A> = (table: Table.Any) => {
  readonly sql: string
  readonly parameters: ReadonlyArray<string>
  readonly read: (rows: Rows) => A
}

/** Sends long statements over tables, in the caller's transaction if there is one. */
export interface Driver {
  /** The rows of a statement, which should be few. */
  readonly values: (sql: string, parameters: ReadonlyArray<string | number>) => Effect.Effect<Rows, SqlError>
  /** Runs a statement that changes rows, and returns their number. */
  readonly affected: (sql: string, parameters: ReadonlyArray<string | number>) => Effect.Effect<number, SqlError>
}

/** How to reach the tables of a store. */
export interface Tables {
  readonly dialect: Dialect
  /** Runs an effect that reads. */
  readonly reading: <A>(operation: string, effect: Work<A>) => Effect.Effect<A, WarehouseFailed>
  /** Makes the pipeline the owner of a table, and changes the table in one transaction, while nobody publishes it. */
  readonly alone: <A>(table: Table.Any, operation: string, effect: Work<A>) => Effect.Effect<A, WarehouseFailed>
}

type Work<A> = (driver: Driver) => Effect.Effect<A, SqlError | WarehouseFailed, SqlClient>
