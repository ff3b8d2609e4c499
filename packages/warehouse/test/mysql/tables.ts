import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"

/** One row of a generation. All rows of a publish have the same generation, so that a mixture is visible. */
export const Readings = Table.make("readings", {
  description: "Numbered rows",
  columns: { id: Column.text(100), generation: Column.integer, at: Column.nullable(Column.timestamp) },
  primaryKey: ["id"],
  indexes: [["generation"], ["at", "generation"]]
})

export const Every = Table.make("every_type", {
  description: "A column of each type, under a key of two",
  columns: {
    group: Column.text(50),
    position: Column.integer,
    text: Column.nullable(Column.text(200)),
    amount: Column.nullable(Column.decimal(12, 2)),
    flag: Column.nullable(Column.boolean),
    at: Column.nullable(Column.timestamp),
    day: Column.nullable(Column.day)
  },
  primaryKey: ["group", "position"]
})

const Cities = Mask.make("sensitive_cities", { kind: "city", column: "city", description: "Cities" })

export const Generations = View.make("generations", {
  description: "Rows per generation, and whether any is of the future",
  columns: { generation: Column.integer, readings: Column.integer, future: Column.boolean },
  on: [Readings],
  select: ({ now }) =>
    `SELECT generation AS generation, count(*) AS readings, max(at > ${now}) AS future FROM readings GROUP BY generation`
})

export const spec: Grants.WarehouseSpec = {
  tables: [Readings, Every],
  masks: [Cities],
  views: [Generations],
  analyst: Grants.select(Readings, Generations)
}

export const readings = (count: number, generation: number): ReadonlyArray<Table.Row<typeof Readings>> =>
  Array.from({ length: count }, (_, n) => ({ id: String(n).padStart(8, "0"), generation, at: null }))
