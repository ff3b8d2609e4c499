import * as ApiReading from "@sluice/cli/wiring/ApiReading"
import * as Definitions from "@sluice/core/definitions/Definitions"
import * as Setting from "@sluice/core/settings/Setting"
import * as ReadingSettings from "@sluice/rest-source/source/ReadingSettings"
import * as Layer from "effect/Layer"
import { bestSellers } from "./assets/bestSellers.ts"
import { cityIds, postcodeIds } from "./assets/customerIds.ts"
import { customers } from "./assets/customers.ts"
import { dailyRevenue } from "./assets/dailyRevenue.ts"
import { exchangeRates } from "./assets/exchangeRates.ts"
import { orders } from "./assets/orders.ts"
import { products } from "./assets/products.ts"
import { regionalRevenue } from "./assets/regionalRevenue.ts"
import { report } from "./assets/report.ts"
import { apiOrders, apiProducts, apiUsers } from "./assets/sources.ts"
import { Shop } from "./Shop.ts"

export default Definitions.make({
  name: "shop",
  description: "orders of a web shop to revenue by day and product, without personal data",
  assets: [
    apiUsers,
    apiOrders,
    apiProducts,
    cityIds,
    postcodeIds,
    customers,
    products,
    orders,
    exchangeRates,
    dailyRevenue,
    regionalRevenue,
    bestSellers,
    report
  ],
  settings: {
    readingThreads: ReadingSettings.settings.readingThreads,
    apiUrl: Setting.make("SHOP_API_URL", Setting.httpUrl, {
      description: "Where customers, products and orders come from.",
      default: "http://127.0.0.1:4000"
    }),
    ratesFile: Setting.make("SHOP_RATES", Setting.text, {
      description: "The CSV file of exchange rates to EUR.",
      default: "rates.csv"
    }),
    reportFile: Setting.make("SHOP_REPORT", Setting.text, {
      description: "Where the report is written.",
      default: "report.md"
    })
  },
  resources: (settings) => Layer.merge(Layer.succeed(Shop, settings), ApiReading.layer(settings.apiUrl, settings)),
  personSources: ["users"]
})
