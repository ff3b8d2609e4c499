import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as TextRow from "@sluice/core/relation/TextRow"
import * as FileSource from "@sluice/files/FileSource"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import { noRows } from "@sluice/warehouse/checks/RowChecks"

export const Sales = Table.make("sales", {
  description: "What was sold",
  columns: {
    sale_id: Column.id("sale", Column.text(20)),
    sold_on: Column.day,
    product: Column.text(100),
    amount: Column.decimal(12, 2)
  },
  primaryKey: ["sale_id"]
})

const file = FileSource.csv({ path: "sales.csv", item: TextRow.schema(Sales) })

export const sales = tableAsset(Sales, {
  observe: file.observe,
  checks: [
    noRows(Sales, "amount_not_negative", {
      description: "No sale has a negative amount.",
      where: (column) => `${column("amount")} < 0`
    })
  ],
  rows: () => file.rows()
})
