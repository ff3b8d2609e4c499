import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { expect, layer } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { Spill } from "@sluice/core/data/Spill"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as RestSource from "../src/RestSource.ts"
import * as FaultyApi from "./support/FaultyApi.ts"
import * as Reply from "./support/Reply.ts"

const Order = Schema.Struct({ id: Schema.String })
const orders = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i) }))
const list = { name: "orders", item: Order, id: ({ id }: typeof Order.Type) => id }
const services = Layer.mergeAll(
  Layer.mock(Quarantine, { replace: () => Effect.void }),
  Suppressions.layerNone,
  Spill.layerMemory,
  NodeHttpClient.layerWithoutAgent.pipe(Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, timeout: 4_000 })))
)
const read = (where: RestSource.Options) =>
  Effect.provide(
    runForTest(Asset.make("orders", { materialize: () => RestSource.paged({ ...list, ...where }) }), {}),
    services
  )

layer(Layer.empty, { excludeTestServices: true })("a list of which a slice is read", (it) => {
  it.scoped("is asked for the rows of a slice's windows, on each page", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.pages(orders(12)))
      const url = new URL(`${api.url}/orders?state=paid`)
      const slice = {
        space: { name: "hours" },
        window: { start: Date.UTC(2024, 7, 1, 2), end: Date.UTC(2024, 7, 1, 4) }
      }
      const within = { slice, since: "since", until: "until" }
      yield* read({ url, pageSize: 10, within })
      yield* read({ url, pageSize: 100, within: { ...within, format: (instant) => String(instant / 1000) } })
      const span = "since=2024-08-01T02%3A00%3A00.000Z&until=2024-08-01T04%3A00%3A00.000Z"
      const asked = (yield* api.urls("/orders")).map((path) => path.replace(/&page=\d+/, ""))
      expect([...new Set(asked)]).toStrictEqual([
        `/orders?state=paid&${span}&limit=10`,
        "/orders?state=paid&since=1722477600&until=1722484800&limit=100"
      ])
      const regions = { space: { name: "regions" }, window: undefined }
      const exit = yield* Effect.exit(read({ url, within: { ...within, slice: regions } }))
      expect(Exit.isFailure(exit) ? Chunk.toReadonlyArray(Cause.defects(exit.cause)).map(String) : exit).toStrictEqual([
        "WindowMissing: regions has no time windows, so `within` has no times to request. Put the keys into the URL instead."
      ])
    })
  )

  it.scoped("is not remembered page by page if a slice of it is read", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.pages(orders(3)))
      const forgotten: Array<string> = []
      const never = Effect.dieMessage("not to be called")
      const pages = Layer.succeed(SourcePages, {
        load: () => never,
        ids: () => never,
        contents: () => never,
        replace: () => never,
        forget: (source) => Effect.sync(() => void forgotten.push(source))
      })
      const all = Layer.merge(pages, services)
      const days = Partitions.daily("days", { start: "2024-08-01", end: "2024-08-02" })
      const space = Either.getOrThrow(days.at({ now: Date.UTC(2024, 8, 1) }))
      const url = new URL(`${api.url}/orders`)
      const whole = Asset.make("api_orders", { materialize: () => RestSource.paged({ ...list, url }) })
      const cut = Asset.make("api_orders", { partitions: days, materialize: () => RestSource.paged({ ...list, url }) })
      yield* Effect.provide(runForTest(cut, {}, { slice: Slice.make(space, space.all) }), all)
      expect(forgotten).toStrictEqual([])
      yield* Effect.provide(runForTest(whole, {}), all)
      expect(forgotten).toStrictEqual(["orders"])
    })
  )
})
