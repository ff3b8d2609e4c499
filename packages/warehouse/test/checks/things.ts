import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import * as View from "@sluice/core/relation/View"

/** A table whose name and columns need quoting, with a value to check in each column. */
export const Things = Table.make("check_things", {
  description: "Things",
  columns: {
    id: Column.text(40),
    order: Column.integer,
    status: Column.nullable(Column.text(20)),
    owner_id: Column.nullable(Column.text(40)),
    price: Column.nullable(Column.decimal(12, 2)),
    made_at: Column.timestamp
  },
  primaryKey: ["id"],
  indexes: [["owner_id"], ["status", "made_at"]]
})
export type Thing = Table.Row<typeof Things>

export const thing = (row: Partial<Thing> & Pick<Thing, "id">): Thing => ({
  order: 1,
  status: "new",
  owner_id: "ada",
  price: "1.50",
  made_at: "2024-03-01T09:30:00.000Z",
  ...row
})

export const Owners = Table.make("check_owners", {
  description: "Owners of things",
  columns: { name: Column.text(40) },
  primaryKey: ["name"]
})

export const Pets = Table.make("check_pets", {
  description: "Pets of owners, some of whom have many",
  columns: { id: Column.text(40), owner: Column.nullable(Column.text(40)) },
  primaryKey: ["id"]
})

export const Expensive = View.make("check_expensive", {
  description: "Things that cost more than 100",
  columns: { id: Column.text(40) },
  on: [Things],
  select: () => "SELECT t.id AS id FROM check_things t WHERE t.price > 100"
})

export const Cities = Mask.make("check_cities", { kind: "city", column: "city", description: "Cities" })

export const spec: Grants.WarehouseSpec = {
  tables: [Things, Owners],
  masks: [Cities],
  views: [Expensive],
  analyst: Grants.select(Things, Owners, Expensive)
}
