import * as Asset from "@sluice/core/asset/Asset"
import * as TextFile from "@sluice/core/asset/TextFile"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Shop } from "../Shop.ts"
import { bestSellers } from "./bestSellers.ts"
import { dailyRevenue } from "./dailyRevenue.ts"

const reportFile = Effect.map(Shop, (shop) => shop.reportFile)

export const report = Asset.make("report", {
  description: "Revenue by day and product, as Markdown",
  group: "analytics",
  upstreams: { days: dailyRevenue, products: bestSellers },
  storage: TextFile.storage(reportFile),
  materialize: Effect.fn("report")(function* ({ days, products }) {
    const warehouse = yield* Warehouse
    const byDay = Chunk.toArray(yield* Stream.runCollect(warehouse.read(days.relation))).flat()
    const byProduct = Chunk.toArray(yield* Stream.runCollect(warehouse.read(products.relation))).flat()
    const lines = [
      ...["# Revenue", "", "| day | orders | EUR |", "|---|---|---|"],
      ...byDay.map(({ day, orders, revenue }) => `| ${day} | ${orders} | ${revenue} |`),
      ...["", "| product | orders | EUR |", "|---|---|---|"],
      ...byProduct.map(({ name, orders, revenue }) => `| ${name} | ${orders} | ${revenue} |`).sort()
    ]
    return yield* TextFile.write(yield* reportFile, `${lines.join("\n")}\n`)
  })
})
