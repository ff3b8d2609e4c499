import * as Asset from "@sluice/core/asset/Asset"
import * as Observe from "@sluice/core/asset/Observe"
import * as TextFile from "@sluice/core/asset/TextFile"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Id from "@sluice/core/data/Id"
import { storedAs } from "@sluice/warehouse/assets/RelationAsset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Shop } from "../Shop.ts"
import { ExchangeRates } from "../tables/ExchangeRates.ts"

class RatesInvalid extends Schema.TaggedError<RatesInvalid>()("RatesInvalid", { line: Schema.Int }) {
  readonly retryable = false
  override get message() {
    return `Line ${this.line} of the exchange rates is not a currency and a rate, such as USD,0.92.`
  }
}

export const exchangeRates = Asset.make("exchange_rates", {
  description: ExchangeRates.description,
  group: "raw",
  storage: storedAs(ExchangeRates),
  observe: Effect.flatMap(Shop, ({ ratesFile }) => Observe.file(ratesFile)),
  materialize: Effect.fn("exchange_rates")(function* () {
    const { ratesFile } = yield* Shop
    const [, ...lines] = (yield* TextFile.read(ratesFile)).trim().split("\n")
    const rows = yield* Effect.forEach(lines, (line, index) => {
      const [, currency, eur = ""] = /^([A-Z]{3}),(.*)$/.exec(line.trim()) ?? []
      return currency !== undefined && Decimal.is(eur)
        ? Effect.succeed({ currency: Id.make("currency", currency), eur })
        : new RatesInvalid({ line: index + 2 })
    })
    const warehouse = yield* Warehouse
    return yield* warehouse.publish(ExchangeRates, Dataset.fromArray(rows))
  })
})
