import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { expect, layer } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import { Quarantine, type QuarantinedRow } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as PagingStyle from "../src/PagingStyle.ts"
import * as RestSource from "../src/RestSource.ts"
import * as FaultyApi from "./support/FaultyApi.ts"
import * as JsonServer from "./support/JsonServer.ts"
import * as Reply from "./support/Reply.ts"

const Order = Schema.Struct({
  id: Schema.String,
  customer: Schema.String,
  total: Schema.Number,
  note: Schema.optional(Schema.String)
})
type Order = typeof Order.Type

const order = (id: number): Order => ({ id: String(id), customer: `c${id % 7}`, total: id / 4 })
const orders = (count: number) => Array.from({ length: count }, (_, i) => order(i + 1))

const client = NodeHttpClient.layerWithoutAgent.pipe(
  Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, timeout: 4_000 }))
)

type Where = Pick<RestSource.List<Order, Order>, "isPerson" | "paging" | "pageSize" | "people" | "url">

/** Materializes a list of orders: its rows, its metadata and its quarantine. */
const read = (where: Where, erased?: (id: string) => boolean) =>
  Effect.gen(function* () {
    const quarantined: Array<QuarantinedRow> = []
    const asset = Asset.make("orders", {
      materialize: () => RestSource.paged({ name: "orders", item: Order, id: (row) => row.id, pageSize: 10, ...where })
    })
    const quarantine = Layer.mock(Quarantine, {
      replace: (_source, _runId, rows) => Effect.map(Dataset.toArray(rows), (all) => void quarantined.push(...all))
    })
    const suppressions = Layer.succeed(Suppressions, { begin: () => Effect.succeed({ epoch: 0, has: erased }) })
    const { metadata, value } = yield* Effect.provide(
      runForTest(asset, {}),
      Layer.mergeAll(quarantine, suppressions, Spill.layerMemory, client)
    )
    return { rows: yield* Dataset.toArray(Changes.rowsOf(value)), metadata, quarantined }
  })

const good = (rows: ReadonlyArray<Order>, changes: object = {}) => ({
  rows,
  metadata: { rows: rows.length, quarantined: 0, duplicates: 0, conflicts: 0, unknown_fields: 0, ...changes },
  quarantined: []
})

/** How each server's orders are requested. */
const styles: Readonly<Record<string, readonly [version: "0.17" | "1.0", path: string, paging: PagingStyle.PagingStyle]>> = {
  "page numbers": ["0.17", "/orders", PagingStyle.pageNumbers({ page: "_page", limit: "_limit" })],
  offsets: ["0.17", "/orders", PagingStyle.offsets({ offset: "_start", limit: "_limit" })],
  "Link headers": ["0.17", "/orders?_page=1", PagingStyle.links({ limit: "_limit" })],
  cursors: [
    "1.0",
    "/orders?_page=1",
    PagingStyle.cursors({ rows: "data", next: "next", parameter: "_page", limit: "_per_page" })
  ]
}

layer(NodeFileSystem.layer, { excludeTestServices: true })("a list of json-server", (it) => {
  for (const [name, [version, path, paging]] of Object.entries(styles)) {
    it.scoped(`is read by ${name}, and read again when its rows have changed; a field that it gains is not loaded`, () =>
      Effect.gen(function* () {
        const server = yield* JsonServer.start(version, { orders: orders(34) })
        const where = { url: new URL(server.url + path), paging }
        expect(yield* read(where)).toStrictEqual(good(orders(34)))

        yield* server.put("/orders/12", { ...order(12), total: 99, username: "ada", password: "secret" })
        const changed = orders(34).map((one) => (one.id === "12" ? { ...one, total: 99 } : one))
        expect(yield* read(where)).toStrictEqual(good(changed, { unknown_fields: 2 }))
      })
    )

    it.scoped(`is read by ${name}, whether its last page is full, or it has one page, or none`, () =>
      Effect.gen(function* () {
        for (const count of [20, 10, 3, 0]) {
          const server = yield* JsonServer.start(version, { orders: orders(count) })
          expect(yield* read({ url: new URL(server.url + path), paging }), `${count} rows`).toStrictEqual(
            good(orders(count))
          )
        }
      })
    )
  }

  it.scoped("is looked at again page by page, by entity tags: only what has changed is read", () =>
    Effect.gen(function* () {
      const server = yield* JsonServer.start("0.17", { orders: orders(34) })
      const { pages, since } = yield* RestSource.make(
        RestSource.endpoint({ name: "orders", item: Order, id: (row: Order) => row.id }),
        {
          url: new URL(`${server.url}/orders`),
          paging: PagingStyle.pageNumbers({ page: "_page", limit: "_limit" }),
          pageSize: 10
        }
      )
      const known = Chunk.toReadonlyArray(yield* Stream.runCollect(pages)).flatMap(({ answer }) =>
        answer === undefined ? [] : [{ ...answer, isFor: (url: URL) => url.href === answer.url }]
      )
      yield* server.put("/orders/12", { ...order(12), total: 99 })
      const again = Chunk.toReadonlyArray(yield* Stream.runCollect(since(known)))
      expect(
        again.flatMap(({ answer, changed }) =>
          answer.size === 0 ? [] : [[answer.page, changed?.rows.map(({ total }) => total)]]
        )
      ).toStrictEqual([
        [1, undefined],
        [2, orders(20).flatMap(({ id, total }, at) => (at < 10 ? [] : id === "12" ? 99 : total))],
        [3, undefined],
        [4, undefined]
      ])
    }).pipe(Effect.provide(client))
  )
})

layer(Layer.empty, { excludeTestServices: true })("a list that a schema declares", (it) => {
  // `isPerson` alone left only the quarantine without erased people: their rows came back at the next run.
  it.scoped("of people leaves out those who were erased", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.pages(orders(5)))
      const where = { url: new URL(`${api.url}/orders`), pageSize: 100 }
      const { rows } = yield* read({ ...where, isPerson: true }, (id) => id === "2")
      const { rows: others } = yield* read({ ...where, isPerson: true, people: (row) => [row.customer] }, (id) =>
        ["2", "c3"].includes(id)
      )
      expect([rows.map(({ id }) => id), others.map(({ id }) => id)]).toStrictEqual([
        ["1", "3", "4", "5"],
        ["1", "4", "5"]
      ])
    })
  )

  it.scoped("has its bad rows in quarantine, told by declared names and without values", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      const bad = [{ ...order(41), total: "secret" }, { id: "42", total: 1 }, "secret", { ...order(44), note: 5 }]
      yield* api.on("/orders", Reply.pages([...orders(40), ...bad]))
      expect(yield* read({ url: new URL(`${api.url}/orders`), pageSize: 100 })).toStrictEqual({
        ...good(orders(40), { quarantined: 4 }),
        quarantined: [
          { ordinal: 40, id: "41", field: "total", reason: "is not a number" },
          { ordinal: 41, id: "42", field: "customer", reason: "is missing" },
          { ordinal: 42, id: null, field: "", reason: "is not an object" },
          { ordinal: 43, id: "44", field: "note", reason: "is not text" }
        ]
      })
    })
  )

  // Regression: two merged pipelines with a list `orders` replaced each other's quarantined rows.
  it.scoped("is kept under its name with the asset's prefix before it", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.pages(orders(3)))
      const names: Array<string> = []
      const options = { name: "orders", item: Order, id: (row: Order) => row.id, url: new URL(`${api.url}/orders`) }
      const quarantine = Layer.mock(Quarantine, { replace: (source) => Effect.sync(() => void names.push(source)) })
      const services = Layer.mergeAll(quarantine, Suppressions.layerNone, Spill.layerMemory, client)
      for (const name of ["api_orders", "shop/api_orders"]) {
        const asset = Asset.make(name, { materialize: () => RestSource.paged(options) })
        yield* Effect.provide(runForTest(asset, {}), services)
      }
      expect(names).toStrictEqual(["orders", "shop/orders"])
    })
  )

  // Regression: the step waited forever, since the rows arrive only after `materialize` has returned.
  it.scoped("is not used by the asset that reads it", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.pages(orders(3)))
      const asset = Asset.make("orders", {
        materialize: () =>
          Effect.flatMap(
            RestSource.paged({ name: "orders", item: Order, id: (row) => row.id, url: new URL(`${api.url}/orders`) }),
            (reading) => Dataset.toArray(Changes.rowsOf(reading))
          )
      })
      const services = Layer.mergeAll(Layer.mock(Quarantine, {}), Suppressions.layerNone, Spill.layerMemory, client)
      const exit = yield* Effect.exit(Effect.provide(runForTest(asset, {}), services))
      expect(Exit.isFailure(exit) ? Chunk.toReadonlyArray(Cause.defects(exit.cause)).map(String) : exit).toStrictEqual([
        "SourceReadByItsOwnAsset: The asset that reads orders also uses their rows. Return them, and use them in an asset downstream."
      ])
    })
  )

  // Regression: the message blamed the address, although it had served the previous pages.
  it.scoped("is refused with what the server answered past its last page, if that is no list", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      // Each on its own path, since requests ahead may still arrive.
      const messageOf = (value: unknown, at: number) =>
        Effect.gen(function* () {
          yield* api.on(`/orders/${at}`, Reply.json(orders(10)), Reply.json(value))
          const result = yield* Effect.flip(read({ url: new URL(`${api.url}/orders/${at}`) }))
          return result.message.replace(`${api.url}/orders/${at}`, "API/orders")
        })
      const after = "That was page 2; the pages before it came. Nothing was loaded. Ask those who run the API how it pages."
      expect(yield* Effect.forEach([null, { error: "secret" }], messageOf)).toStrictEqual([
        `GET API/orders cannot be used: the answer is null, not a list of rows. ${after}`,
        `GET API/orders cannot be used: the answer is an object, and a list of rows is expected; rows within an object, such as {"data": [...], "next": ...}, need \`PagingStyle.cursors\`. ${after}`
      ])
    })
  )

  it.scoped("with a total that is not a number is refused, and not read without it", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      yield* api.on("/orders", Reply.body(JSON.stringify(orders(3)), { headers: { "x-total-count": "-3" } }))
      const { message } = yield* Effect.flip(read({ url: new URL(`${api.url}/orders`) }))
      expect(message.replace(api.url, "API")).toBe(
        "GET API/orders cannot be used: the answer has a header x-total-count that is not a whole number. Nothing of it was loaded. Ask those who run the API to correct that header, or to leave it out."
      )
    })
  )

  it.scoped("in envelopes that are none is refused", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      const paging = PagingStyle.cursors({ rows: "data", next: "next", parameter: "cursor" })
      const whyOf = (value: unknown) =>
        Effect.gen(function* () {
          yield* api.on("/orders", Reply.json(value))
          const result = yield* Effect.either(read({ url: new URL(`${api.url}/orders`), paging }))
          return Either.isLeft(result) && result.left._tag === "SourceAnswerInvalid" ? result.left.why : result
        })
      const noList = "is no object whose field data is a list of rows"
      expect(
        yield* Effect.forEach([[], null, { error: "secret" }, { data: {} }, { data: [], next: {} }], whyOf)
      ).toStrictEqual([
        noList,
        noList,
        noList,
        noList,
        "names the next page in its field next by something that is no text and no number"
      ])
    })
  )

  it.scoped("by a cursor that repeats itself is refused, and addresses of other hosts are", () =>
    Effect.gen(function* () {
      const api = yield* FaultyApi.make
      const paging = PagingStyle.cursors({ rows: "data", next: "next", parameter: "cursor" })
      const tagOf = (next: string) =>
        Effect.gen(function* () {
          yield* api.on("/orders", Reply.json({ data: orders(3), next }))
          const result = yield* Effect.either(read({ url: new URL(`${api.url}/orders`), paging }))
          return Either.isLeft(result) ? result.left._tag : result
        })
      expect(yield* Effect.forEach(["b7", "http://127.0.0.2:1/orders"], tagOf)).toStrictEqual([
        "SourcePagingDoubtful",
        "SourceAnswerInvalid"
      ])
    })
  )
})
