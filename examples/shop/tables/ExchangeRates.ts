import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { currency } from "./ids.ts"

export const ExchangeRates = Table.make("exchange_rates", {
  description: "What one unit of a currency is worth in EUR",
  columns: { currency, eur: Column.decimal(12, 6) },
  primaryKey: ["currency"]
})
