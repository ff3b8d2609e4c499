import { readFileSync } from "node:fs"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { events, materialize } from "@sluice/core/definitions/Materialize"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const log: Array<string> = []
const say = (line: string) => Effect.sync(() => void log.push(line))

// <example>
class Rates extends Context.Tag("shop/Rates")<Rates, { readonly euro: number }>() {
  // Of the run: opened before the first step, closed after the last.
  static readonly layer = Layer.scoped(
    Rates,
    Effect.acquireRelease(Effect.as(say("rates opened"), { euro: 2 }), () => say("rates closed"))
  )
}

const orders = Asset.make("orders", {
  // Of the step: closed when no other step needs its value.
  materialize: () => Effect.acquireRelease(Effect.as(say("orders opened"), [10, 20]), () => say("orders closed"))
})

const revenue = Asset.make("revenue", {
  upstreams: { orders },
  materialize: ({ orders }) =>
    Effect.gen(function* () {
      const { euro } = yield* Rates
      yield* say(`revenue: ${orders.reduce((sum, amount) => sum + amount * euro, 0)}`)
    })
})

const shop = Definitions.make({ name: "shop", assets: [orders, revenue], resources: () => Rates.layer })

const program = Effect.gen(function* () {
  const result = yield* materialize(shop, ["revenue"], { concurrency: 2 })
  const step = result.steps.get("revenue")
  return [result.status, step?.state._tag]
})

const following = events(shop, ["revenue"]).pipe(
  Stream.filter((event) => event._tag === "StepSucceeded"),
  Stream.runForEach((event) => say(`${event.asset} succeeded`))
)
// </example>

const services = Layer.merge(RunStore.layerMemory, NodeFileSystem.layer)

it.effect("a program materializes a pipeline, with resources of the run and of the step, and follows its events", () =>
  Effect.gen(function* () {
    log.length = 0
    expect(yield* program).toStrictEqual(["succeeded", "Succeeded"])
    expect(log).toStrictEqual(["rates opened", "orders opened", "revenue: 60", "orders closed", "rates closed"])
    log.length = 0
    yield* following
    expect(log.filter((line) => line.endsWith("succeeded"))).toStrictEqual(["orders succeeded", "revenue succeeded"])
  }).pipe(Effect.provide(services))
)

it("the page shows the example above, word for word", () => {
  const here = readFileSync(new URL(import.meta.url), "utf8")
  const example = here.split("// <example>\n")[1]?.split("// </example>")[0]
  expect(readFileSync(new URL("../../docs/from-a-program.md", import.meta.url), "utf8")).toContain(example ?? "no example")
})
