import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"

/** A table with rows so wide that a few thousand of them exceed SQLite's cache. */
export const Wide = Table.make("wide", {
  description: "Wide rows of one version.",
  columns: { id: Column.integer, version: Column.integer, filling: Column.text(1_000) },
  primaryKey: ["id"]
})

export const wideRows = (version: number, count: number): ReadonlyArray<Table.Row<typeof Wide>> =>
  Array.from({ length: count }, (_, id) => ({ id, version, filling: "x".repeat(1_000) }))
