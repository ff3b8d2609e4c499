/** Names that a pipeline does not have must not compile. Each `@ts-expect-error` is an assertion, as in refusals.test-d.ts. */
import * as Asset from "@sluice/core/asset/Asset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { materialize, type Result } from "@sluice/core/definitions/Materialize"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const orders = Asset.make("orders", { materialize: () => Effect.succeed([10, 20]) })
const revenue = Asset.make("revenue", { upstreams: { orders }, materialize: () => Effect.void })
const shop = Definitions.make({ name: "shop", assets: [orders, revenue], resources: () => Layer.empty })

export const run = materialize(shop, ["orders", "revenue"])
// @ts-expect-error the pipeline has no such asset
materialize(shop, ["revenues"])
// @ts-expect-error nothing is selected
materialize(shop, [])

declare const result: Result<"orders" | "revenue">
result.steps.get("revenue")
// @ts-expect-error the run has no such step
result.steps.get("revenues")
