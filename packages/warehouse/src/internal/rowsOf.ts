import type * as Table from "@sluice/core/relation/Table"

/** Rows that a decoder made from a relation's own columns, as the rows that those columns type. */
export const rowsOf = <T extends { readonly columns: Table.Columns }>(
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>
): ReadonlyArray<Table.Row<T>> => rows as ReadonlyArray<Table.Row<T>>
