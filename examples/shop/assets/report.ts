import { fileAsset } from "@sluice/files/FileAsset"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Shop } from "../Shop.ts"
import { bestSellers } from "./bestSellers.ts"
import { dailyRevenue } from "./dailyRevenue.ts"

export const report = fileAsset("report", {
  description: "Revenue by day and product, as Markdown",
  group: "analytics",
  path: Effect.map(Shop, ({ reportFile }) => reportFile),
  upstreams: { days: dailyRevenue, products: bestSellers },
  contents: Effect.fn("report")(function* ({ days, products }) {
    const reader = yield* WarehouseReader
    const byDay = Chunk.toArray(yield* Stream.runCollect(reader.read(days.relation))).flat()
    const byProduct = Chunk.toArray(yield* Stream.runCollect(reader.read(products.relation))).flat()
    const lines = [
      ...["# Revenue", "", "| day | orders | EUR |", "|---|---|---|"],
      ...byDay.map(({ day, orders, revenue }) => `| ${day} | ${orders} | ${revenue} |`),
      ...["", "| product | orders | EUR |", "|---|---|---|"],
      ...byProduct.map(({ name, orders, revenue }) => `| ${name} | ${orders} | ${revenue} |`).sort()
    ]
    return `${lines.join("\n")}\n`
  })
})
