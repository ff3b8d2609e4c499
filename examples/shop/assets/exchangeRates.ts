import * as Asset from "@sluice/core/asset/Asset"
import * as TextRow from "@sluice/core/relation/TextRow"
import * as FileSource from "@sluice/files/FileSource"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { Shop } from "../Shop.ts"
import { ExchangeRates } from "../tables/ExchangeRates.ts"

const file = FileSource.csv({
  path: Effect.map(Shop, ({ ratesFile }) => ratesFile),
  item: TextRow.schema(ExchangeRates)
})

export const exchangeRates = Asset.make("exchange_rates", {
  description: ExchangeRates.description,
  group: "raw",
  storage: storedAs(ExchangeRates),
  observe: file.observe,
  materialize: Effect.fn("exchange_rates")(function* () {
    const warehouse = yield* Warehouse
    return yield* warehouse.publish(ExchangeRates, yield* file.rows())
  })
})
