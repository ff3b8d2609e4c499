import * as RelationName from "./RelationName.ts"
import type * as Table from "./Table.ts"

/** The expressions of a view that differ between SQL dialects. */
export interface Dialect {
  /** The current time in UTC, comparable to timestamp columns. */
  readonly now: string
}

/** A SQL view of public tables and views. It runs with its reader's rights. Its columns type its rows. */
export interface View<
  out Name extends string,
  out C extends Table.Columns,
  out On extends ReadonlyArray<Public> = ReadonlyArray<Public>
> {
  readonly _tag: "View"
  readonly name: Name
  readonly description: string
  readonly columns: C
  /** The tables and views that it reads. */
  readonly on: On
  /** Its SELECT, in the SQL that MySQL, MariaDB and SQLite share. Each column is named as in `columns`. */
  readonly select: (dialect: Dialect) => string
  readonly visibility: "public"
}

export type Any = View<string, Table.Columns>
/** A relation that analysts and views may read. A sensitive table does not compile. */
export type Public = Table.Public | Any

/** Declares a view. Throws `RelationNameInvalid` if the name is not lower-case letters, digits and `_`. */
export const make = <
  const Name extends string,
  const C extends Table.Columns,
  const On extends ReadonlyArray<Public> = ReadonlyArray<Public>
>(
  name: Name,
  options: {
    readonly description: string
    readonly columns: C
    readonly on: On
    readonly select: (dialect: Dialect) => string
  }
): View<Name, C, On> => ({ _tag: "View", name: RelationName.checked("view", name), visibility: "public", ...options })
