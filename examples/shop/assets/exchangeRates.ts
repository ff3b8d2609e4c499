import * as TextRow from "@sluice/core/relation/TextRow"
import * as FileSource from "@sluice/files/FileSource"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as Effect from "effect/Effect"
import { Shop } from "../Shop.ts"
import { ExchangeRates } from "../tables/ExchangeRates.ts"

const file = FileSource.csv({
  path: Effect.map(Shop, ({ ratesFile }) => ratesFile),
  item: TextRow.schema(ExchangeRates)
})

export const exchangeRates = tableAsset(ExchangeRates, {
  group: "raw",
  observe: file.observe,
  rows: () => file.rows()
})
