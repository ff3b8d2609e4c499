import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { events, materialize } from "@sluice/core/definitions/Materialize"
import * as Selection from "@sluice/core/graph/Selection"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Setting from "@sluice/core/settings/Setting"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

class Rates extends Context.Tag("test/Rates")<Rates, { readonly of: (currency: string) => number }>() {}

/** A pipeline whose resource and whose steps say when they begin and end. */
const shopping = (log: Array<string>, work: Effect.Effect<void, Fixtures.FixtureFailed> = Effect.void) => {
  const orders = Asset.make("orders", {
    materialize: () =>
      Effect.acquireRelease(
        Effect.sync(() => {
          log.push("cursor opened")
          return [10, 20]
        }),
        () => Effect.sync(() => log.push("cursor closed"))
      )
  })
  const revenue = Asset.make("revenue", {
    upstreams: { orders },
    materialize: ({ orders }) =>
      Effect.gen(function* () {
        const rates = yield* Rates
        yield* work
        log.push(`revenue ${orders.reduce((sum, amount) => sum + amount * rates.of("EUR"), 0)}`)
      })
  })
  const rates = (factor: number) =>
    Layer.scoped(
      Rates,
      Effect.acquireRelease(
        Effect.sync(() => {
          log.push("rates opened")
          return { of: () => factor }
        }),
        () => Effect.sync(() => log.push("rates closed"))
      )
    )
  return Definitions.make({
    name: "shop",
    assets: [orders, revenue],
    settings: {
      factor: Setting.make("SHOP_FACTOR", Setting.wholeNumber(1, 9), { description: "What a euro is worth.", default: "2" })
    },
    resources: ({ factor }) => rates(factor)
  })
}

const given = Layer.merge(RunStore.layerMemory, FileSystem.layerNoop({}))
const settings = (text: string) => Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["SHOP_FACTOR", text]])))
const services = Layer.merge(given, settings("2"))

describe("materialize, from a program", () => {
  it.effect("makes what is selected, with resources for the run and for the step, and answers by the assets' names", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const result = yield* materialize(shopping(log), ["revenue"])
      expect([result.status, result.steps.get("orders")?.state._tag, result.steps.get("revenue")?.state._tag]).toStrictEqual(
        ["succeeded", "Succeeded", "Succeeded"]
      )
      expect(log).toStrictEqual(["rates opened", "cursor opened", "revenue 60", "cursor closed", "rates closed"])
    }).pipe(Effect.provide(services))
  )

  it.effect("answers what became of a step that fails", () =>
    Effect.gen(function* () {
      const failing = shopping([], new Fixtures.FixtureFailed({ retryable: false }))
      const result = yield* materialize(failing, Selection.all)
      expect([result.status, result.steps.get("orders")?.state._tag, result.steps.get("revenue")?.state._tag]).toStrictEqual(
        ["failed", "Succeeded", "Failed"]
      )
    }).pipe(Effect.provide(services))
  )

  it.effect("fails before anything runs if a setting is wrong", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const error = yield* Effect.flip(materialize(shopping(log), ["revenue"]))
      expect([error._tag, log]).toStrictEqual(["SettingsInvalid", []])
    }).pipe(Effect.provide(Layer.merge(given, settings("many"))))
  )
})

describe("the events of such a run", () => {
  it.effect("are a stream that ends with the run's conclusion", () =>
    Effect.gen(function* () {
      const all = yield* Stream.runCollect(events(shopping([]), ["revenue"]))
      expect([...all].map((event) => ("asset" in event ? `${event._tag} ${event.asset}` : event._tag))).toStrictEqual([
        "RunStarted",
        "StepStarted orders",
        "StepSucceeded orders",
        "StepStarted revenue",
        "StepSucceeded revenue",
        "RunConcluded"
      ])
    }).pipe(Effect.provide(services))
  )

  it.effect("interrupt the run where they are not read to their end", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const begun = yield* Deferred.make<void>()
      const endless = shopping(log, Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      const first = events(endless, ["revenue"]).pipe(
        Stream.take(1),
        Stream.tap(() => Deferred.await(begun))
      )
      yield* Stream.runDrain(first)
      const store = yield* RunStore
      expect([log, (yield* store.runs(1)).map(({ status }) => status)]).toStrictEqual([
        ["rates opened", "cursor opened", "cursor closed", "rates closed"],
        ["canceled"]
      ])
    }).pipe(Effect.provide(services))
  )
})
