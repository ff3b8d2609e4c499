import { unsafeCast } from "../internal/unsafeCast.ts"
import { type VisibilityOf, visibilityOf } from "../internal/visibilityOf.ts"
import type * as Column from "./Column.ts"
import * as RelationName from "./RelationName.ts"

export type Columns = Readonly<Record<string, Column.Any>>

/**
 * A SQL table: its name, columns, key and indexes. Its visibility follows from its columns, in types and at run time: one
 * personal value makes the table sensitive.
 */
export interface Table<out Name extends string, out C extends Columns, out V extends Visibility = Visibility> {
  readonly _tag: "Table"
  readonly name: Name
  readonly description: string
  readonly columns: C
  readonly primaryKey: ReadonlyArray<string>
  /**
   * Secondary indexes, each as its columns. A table that is cut has one that begins with its partition columns, unless its key does.
   */
  readonly indexes: ReadonlyArray<ReadonlyArray<string>>
  /**
   * The columns with the ids of the people that a row is about. Several if a row is about several people, none if it is about
   * nobody. An erasure removes the rows with a person's id in one of these columns.
   */
  readonly subject: ReadonlyArray<string>
  /** Sets of columns that an acquaintance may know together. Reports of k-anonymity also compare people by each set. */
  readonly knownTogether: ReadonlyArray<ReadonlyArray<string>>
  /**
   * The column that says which partition a row is in; for a product, the column of each dimension. Undefined if the table is not cut.
   */
  readonly partitionBy: PartitionBy
  readonly visibility: V
}

/**
 * The column that says which partition a row is in, or a column for each dimension of a product. A timestamp is an instant: the row
 * is in the window that it lies in. A day is a local date: the row is in the window of that date, in the set's time zone. Text or a
 * number is the key of a fixed or dynamic set.
 */
export type PartitionBy = string | Readonly<Record<string, string>> | undefined

export type Visibility = "public" | "sensitive"
export type Any = Table<string, Columns>
/** A table that analysts may read. */
export type Public = Table<string, Columns, "public">

/** The type of a table's rows. */
export type Row<T extends { readonly columns: Columns }> = {
  readonly [K in keyof T["columns"]]: Column.Value<T["columns"][K]>
}

/**
 * Declares a table. Throws `RelationNameInvalid` if the name is not lower-case letters, digits and `_`.
 *
 * ```ts
 * const Cities = Table.make("cities", {
 *   description: "…",
 *   columns: { id: Column.integer, name: Column.text(100) },
 *   primaryKey: ["id"]
 * })
 * ```
 */
export const make = <const Name extends string, const C extends Columns>(
  name: Name,
  options: {
    readonly description: string
    readonly columns: C
    readonly primaryKey: ReadonlyArray<keyof C & string>
    readonly indexes?: ReadonlyArray<ReadonlyArray<keyof C & string>>
    readonly knownTogether?: ReadonlyArray<ReadonlyArray<keyof C & string>>
    /**
     * The column with the id of the person that a row is about: `"user_id"`. Several if a row is about several people. Default:
     * none.
     */
    readonly subject?: (keyof C & string) | ReadonlyArray<keyof C & string>
    /**
     * The column that says which partition a row is in: `"ordered_at"`. For a product, the column of each dimension:
     * `{ day: "ordered_on", region: "region" }`. Default: the table is not cut.
     */
    readonly partitionBy?: (keyof C & string) | Readonly<Record<string, keyof C & string>>
  }
): Table<Name, C, VisibilityOf<C>> => ({
  _tag: "Table",
  name: RelationName.checked("table", name),
  knownTogether: [],
  partitionBy: undefined,
  ...options,
  indexes: withPartitionIndex(options),
  subject: options.subject === undefined ? [] : typeof options.subject === "string" ? [options.subject] : options.subject,
  visibility: visibilityOf<C>(options.columns)
})

/** One partition is found by an index. Its keys come first, since times are compared by range. */
const withPartitionIndex = ({
  columns,
  indexes = [],
  partitionBy,
  primaryKey
}: {
  readonly columns: Columns
  readonly indexes?: ReadonlyArray<ReadonlyArray<string>>
  readonly partitionBy?: PartitionBy
  readonly primaryKey: ReadonlyArray<string>
}): ReadonlyArray<ReadonlyArray<string>> => {
  if (partitionBy === undefined) return indexes
  const cutBy = typeof partitionBy === "string" ? [partitionBy] : [...new Set(Object.values(partitionBy))]
  const begins = (index: ReadonlyArray<string>) => cutBy.every((column) => index.slice(0, cutBy.length).includes(column))
  if ([primaryKey, ...indexes].some(begins)) return indexes
  const isTime = (column: string) => ["Timestamp", "Day"].includes(columns[column]?.type._tag ?? "")
  return [...indexes, [...cutBy.filter((column) => !isTime(column)), ...cutBy.filter(isTime)]]
}

/** The plain type of a value, without the brand of an id, time or amount. */
type Bare<A> = A extends string ? string : A extends number ? number : A

/** A row of plain text and numbers. */
export type BareRow<T extends { readonly columns: Columns }> = {
  readonly [K in keyof T["columns"]]: Bare<Column.Value<T["columns"][K]>>
}

/**
 * Types plain text and numbers as rows of a table, for tests and for untyped sources. It checks nothing. The store checks the
 * values when the rows are published.
 *
 * ```ts
 * Table.rows(Orders, [{ id: "7", customer_id: "ada", ordered_at: "2024-03-01T09:30:00.000Z", amount: "12.50" }])
 * ```
 */
export const rows = <const T extends { readonly columns: Columns }>(
  _table: T,
  bare: ReadonlyArray<BareRow<T>>
): ReadonlyArray<Row<T>> => unsafeCast(bare)

/** A table's column names, in order. */
export const columnNames = (table: { readonly columns: Columns }): ReadonlyArray<string> => Object.keys(table.columns)
